/**
 * The read side: the log's events as rows, and the answers drawn from them as of any date, as known on any date.
 * It is disposable: everything in it can be built again from the log.
 */

/** How far the log has been turned into rows. */
export interface Checkpoint {
  /** Last event applied; undefined while there is none. */
  readonly position: bigint | undefined;
  /** Effective recorded time of that event, milliseconds since 1970; 0 while there is none. */
  readonly recordedAt: number;
}

/** A row of an answer: column names in camelCase. */
export type Row = Record<string, unknown>;

/** The two dates of a question, and the means to ask it. */
export interface Reading {
  /** Valid time, milliseconds since 1970. */
  readonly asOf: number;
  /** System time: the last position that counts as known. */
  readonly known: bigint;
  readonly timeZone: string;
  readonly currency: string;
  /**
   * Runs one SELECT. `$as_of` and `$known` are bound when the SQL names them; other parameters by their name.
   * A string, number, boolean, bigint, null or an array of those may be given; a Date is a UTC instant.
   * Numbers come back exact (a bigint only where a number could not hold it); instants as ISO text in UTC with
   * milliseconds, dates as YYYY-MM-DD, JSON columns parsed, lists and structs as arrays and objects.
   */
  rows<T = Row>(sql: string, params?: Record<string, unknown>): Promise<T[]>;
  /**
   * A result worth keeping for other questions: runs `sql` once per `name` and `key` and gives the table that holds
   * its rows, to be named in the SQL of `rows`. The key has to say everything that the rows depend on. Few keys are
   * kept per name; the oldest go first. Nothing of it survives a restart. `sql` may be a function: it is called only
   * when there is nothing kept under the key, and may itself keep what the SQL builds on.
   */
  keep(
    name: string,
    key: string,
    sql: string | (() => Promise<string>),
    params?: Record<string, unknown>,
  ): Promise<string>;
}

export interface RebuildProgress {
  /** Last position applied. */
  readonly position: bigint;
  /** The log's last position when the rebuild last looked. */
  readonly head: bigint | undefined;
  readonly events: number;
  readonly eventsPerSecond: number;
}

/** That the read side does not hear what is recorded: its answers are as old as that. */
export interface Behind {
  /** When that was noticed, milliseconds since 1970. */
  readonly since: number;
  /** In a sentence. */
  readonly reason: string;
}

/** On the way to the end of the log. */
export interface Advance {
  /** 0 to 99, of the log's positions. */
  readonly percent: number;
  /** Applied so far on this way. */
  readonly events: number;
  /** Effective recorded time (ms) of the last of them; 0 while there is none. */
  readonly recordedAt: number;
  /** As fast as until now; undefined while that can't be told. */
  readonly secondsLeft: number | undefined;
}

export interface ReadSideStatus {
  /** `catching-up` from the start until it has been at the end of the log once: it answers, but from long ago. */
  readonly state: 'building' | 'catching-up' | 'live' | 'failed' | 'stopped';
  /** Number of the generation that answers; undefined while the first one is being built. */
  readonly generation: number | undefined;
  readonly checkpoint: Checkpoint;
  /** Last position of the log; undefined while it is empty or can't be read. */
  readonly head: bigint | undefined;
  /** How far the positions applied are behind the log's last one, in the unit of its positions; undefined like `head`. */
  readonly lag: bigint | undefined;
  readonly behind: Behind | undefined;
  /** A generation being built beside or before the one that answers. */
  readonly building: (Advance & { readonly generation: number }) | undefined;
  /** How far it is while it catches up. */
  readonly catchingUp: Advance | undefined;
  /** Why it does not get on, in a sentence that names the event where there is one. */
  readonly problem: string | undefined;
  readonly versions: { readonly engine: string; readonly facts: string };
}

/** What a snapshot holds. */
export interface Snapshot extends Checkpoint {
  readonly bytes: number;
}

export abstract class ReadSide {
  abstract checkpoint(): Checkpoint;

  /** Undefined as long as it hears what is recorded. */
  abstract behind(): Behind | undefined;

  /** True once `position` has been applied, false when that took longer than `timeoutMs`. */
  abstract waitFor(position: bigint, timeoutMs: number): Promise<boolean>;

  /** Last position whose effective recorded time is not later than the instant (ms); 0 when there is none. */
  abstract knownAt(instantMs: number): Promise<bigint>;

  /** Effective recorded time (ms) of the last event at or before the position; 0 when there is none. */
  abstract recordedAt(position: bigint): Promise<number>;

  /** @throws ReadSideNotReady while the first generation is being built */
  abstract reading(at: { asOf: number; known: bigint }): Reading;

  /** Opens what is there, or begins to build it, and follows the log from then on. Returns before that is done. */
  abstract start(): Promise<void>;

  /** Settles when there is a generation that answers and everything the log held at the call is in it. */
  abstract ready(): Promise<void>;

  /** Builds a new generation beside the one that answers; it takes over when it has caught up. */
  abstract rebuild(onProgress?: (progress: RebuildProgress) => void): Promise<RebuildProgress>;

  /**
   * Writes what answers now into one file, from which another node can begin; it goes on answering meanwhile.
   * @param onProgress bytes
   * @throws ReadSideNotReady
   */
  abstract snapshot(file: string, onProgress?: (done: number, total: number) => void): Promise<Snapshot>;

  abstract status(): Promise<ReadSideStatus>;

  abstract close(): Promise<void>;
}

/** Nothing can be asked yet: the first generation is being built. */
export class ReadSideNotReady extends Error {
  constructor(
    /** 0 to 100. */
    readonly percent: number,
    reason?: string,
  ) {
    super(reason ?? `The read side is being built (${percent}%).`);
    this.name = 'ReadSideNotReady';
  }
}
