/** What every command may say beside its own content. */
export interface Told {
  /** UUID of the caller's making, so that a retry is harmless. Made at the edge when left out. */
  readonly id?: string;
  /** When it happened, ISO 8601 with an offset or `Z`; now when left out. */
  readonly occurredAt?: string;
}

/** A quantity, rate or price as people type it; kept as a decimal text. */
export type Decimal = number | string;
