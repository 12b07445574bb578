/** How far this node's process managers have got in the log. */
export interface Handled {
  /** Of the log that the position is in. */
  readonly logId: string;
  /** Last event that was handled. */
  readonly position: bigint;
  /** Effective recorded time of that event, milliseconds since 1970. */
  readonly recordedAt: number;
}

/**
 * Where a node remembers that. An older one does no harm, nor does none at all: what was handled is handled again, to
 * no effect.
 */
export abstract class ProcessCheckpoint {
  /** Undefined when there is none that can be read. */
  abstract load(): Promise<Handled | undefined>;

  abstract save(handled: Handled): Promise<void>;
}
