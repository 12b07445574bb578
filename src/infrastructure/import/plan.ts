import type { CommandEnvelope } from '../../application/record.js';

/** One command that an import wants recorded, and the lines of the file it came from. */
export interface PlannedCommand {
  readonly command: CommandEnvelope;
  readonly lines: readonly number[];
  /** How a person finds it in the file: `order 536365`. */
  readonly label: string;
  /** It only makes sure that something exists: other content that is there already stays as it is. */
  readonly implied?: boolean;
  /** Recorded instead when the same id is there with other content. */
  readonly otherwise?: CommandEnvelope;
}

/** The commands of one stream, oldest first; they are recorded together. */
export interface PlannedStream {
  readonly stream: string;
  /** The outside key of the customer, when the stream is one's. */
  readonly customerKey?: string;
  readonly commands: readonly PlannedCommand[];
}

/** Why a row can't be used: a reason to count by, and what a person should know beyond it. */
export interface Refusal {
  readonly reason: string;
  readonly detail?: string;
}

export interface ImportCounts {
  readonly customers: number;
  readonly orders: number;
  readonly returns: number;
  readonly visits: number;
}

export interface ImportPlan {
  /** Recorded before the others: our people that they name. */
  readonly first: readonly PlannedStream[];
  readonly streams: readonly PlannedStream[];
  /** Lines that turned out unusable once the whole file was read, with the reason. */
  readonly refused: ReadonlyMap<number, Refusal>;
  readonly counts: ImportCounts;
  /** Net of orders less returns, minor units by currency. */
  readonly net: Readonly<Record<string, number>>;
}

/** Turns the records of one kind of file into commands. */
export interface Importer {
  /** Told once, before the first record. @throws ImportError */
  header(names: readonly string[]): { readonly ignored: readonly string[] };
  /** Takes a record, or gives the reason why it can't be used. */
  add(fields: readonly string[], line: number): string | undefined;
  plan(): ImportPlan;
}

/** Reasons for refusing a row, as programs see them, and as people do. Refusals by a rule carry the rule's own name. */
export const reasons: Readonly<Record<string, string>> = {
  'wrong-number-of-columns': 'another number of columns than the header',
  'customer-missing': 'no customer_id',
  'order-missing': 'no order_id',
  'sku-missing': 'no sku',
  'name-missing': 'no name',
  'text-too-long': 'a key or name of more than 200 characters',
  'quantity-not-a-number': 'quantity is not a number of at most 3 decimals',
  'quantity-zero': 'quantity is zero',
  'price-not-a-number': 'unit_price is not a number of at most 6 decimals',
  'price-negative': 'unit_price is negative',
  'cost-not-a-number': 'unit_cost is not a positive number of at most 6 decimals',
  'discount-not-a-fraction': 'discount_rate is not a fraction from 0 to 1',
  'amount-too-large': 'the amount is too large',
  'currency-unknown': 'currency is not an ISO 4217 code',
  'time-not-understood': 'the time is not of the form YYYY-MM-DD[ HH:MM[:SS]]',
  'other-customer': 'the order belongs to another customer',
  'other-currency': 'the order is in another currency',
  'order-too-long': 'an order of more than 2,000 lines',
  'lifecycle-unknown': 'lifecycle is not suspect, prospect or customer',
  'layer-unknown': 'contact_layer is not strategic, tactical or operational',
  'minutes-not-a-number': 'duration_minutes is not a whole number of minutes up to a week',
  'rep-not-usable': 'a name of one of our people that is too long',
  'customer-unknown': 'no such customer',
  invalid: 'refused as it is',
};
