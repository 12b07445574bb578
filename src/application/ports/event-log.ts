/**
 * The event log: the only truth. One contract suite (test/application/event-log.contract.ts) holds for every log.
 *
 * Positions and revisions are bigints in the process and decimal strings outside it (see position.ts): an EventStoreDB
 * position exceeds 2^53.
 */
export interface NewEvent {
  /** UUID; stable, so that a retry of the same append is recognised. */
  readonly id: string;
  readonly type: string;
  /** JSON text, stored byte for byte: the stream's hash chain is computed over it. */
  readonly data: string;
  /** JSON text, stored byte for byte. */
  readonly metadata?: string;
  /** Only the copying of a whole log sets it: it then counts instead of the log's own stamp. Milliseconds since 1970. */
  readonly originalRecordedAt?: number;
}

export interface RecordedEvent extends NewEvent {
  readonly stream: string;
  /** 0 for the first event of a stream. */
  readonly revision: bigint;
  /** Strictly increasing over the whole log, in agreement with each stream's own order. Gaps are allowed. */
  readonly position: bigint;
  /** The log's own stamp, milliseconds since 1970. It may step back: what counts is the effective time (see effective-time.ts). */
  readonly recordedAt: number;
}

/** What the stream must look like for an append to succeed; a bigint is the exact revision of its last event. */
export type ExpectedRevision = bigint | 'none' | 'exists' | 'any';

export interface Appended {
  /** Revision of the last event written; of the stream as it was when nothing was appended. */
  readonly revision: bigint;
  /** Position of the last event written. */
  readonly position: bigint;
  /** True when the same events were there already, at the expected revision: the original answer is repeated. */
  readonly repeated: boolean;
}

export interface ReadStreamOptions {
  readonly direction?: 'forwards' | 'backwards';
  /** Inclusive; the start (or the end, backwards) when left out. */
  readonly from?: bigint;
  /** At least 1; everything when left out. */
  readonly limit?: number;
}

export interface ReadAllOptions {
  readonly direction?: 'forwards' | 'backwards';
  /** Exclusive: forwards, events after it; backwards, events before it. The position of an event, or 0. */
  readonly after?: bigint;
  /** Inclusive, the position of an event, and only forwards: for looking up what is known to be there. */
  readonly from?: bigint;
  readonly limit?: number;
}

export interface FollowOptions {
  /** Exclusive; from the beginning when left out. */
  readonly after?: bigint;
  /** Largest number of events handed over at once while catching up. Default 1,000. */
  readonly batchSize?: number;
  /**
   * Told about each failure of the handler or the log before the next attempt. After a failure of the log the handler is
   * told anew when it is caught up, if need be with an empty batch: that is how the end of an outage is heard.
   */
  readonly onError?: (error: unknown) => void;
}

export interface FollowedBatch {
  /** In position order; empty only to tell that the follower is caught up. */
  readonly events: readonly RecordedEvent[];
  /** True when the log held nothing after this batch at the moment it was read. */
  readonly caughtUp: boolean;
}

export interface Following {
  /** Settles when the follower has been stopped and the handler has returned. */
  readonly done: Promise<void>;
  stop(): Promise<void>;
}

export interface LogHead {
  /** Undefined while the log is empty. */
  readonly position: bigint | undefined;
}

export abstract class EventLog {
  /** Identity of this log: positions of another one are refused. Lower-case letters and digits. */
  abstract readonly id: string;

  /** Whether the positions of the events of one append follow one another: they need not be looked up then. */
  readonly appendsWithoutGaps: boolean = false;

  /**
   * Appends all of the events or none. Nothing (success, conflict, repeat) is reported before it is durable.
   * @throws WrongExpectedRevision, StreamTombstoned, AppendTooLarge, LogUnavailable, LogFull
   */
  abstract append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Promise<Appended>;

  /** @throws StreamNotFound, StreamTombstoned, RangeError (a limit below 1), LogUnavailable, LogDamaged */
  abstract read(stream: string, options?: ReadStreamOptions): AsyncIterable<RecordedEvent>;

  /** Every event of the log in position order. */
  abstract readAll(options?: ReadAllOptions): AsyncIterable<RecordedEvent>;

  /**
   * Hands every event after a position to the handler, in order, first those that are there and then those that come.
   * A handler that throws gets the same events again, after a pause that grows.
   */
  abstract follow(handle: (batch: FollowedBatch) => Promise<void> | void, options?: FollowOptions): Following;

  /** The last position of the log. */
  abstract head(): Promise<LogHead>;

  /** Makes a stream unreadable for ever. For key streams only. @throws StreamNotFound */
  abstract tombstone(stream: string): Promise<void>;

  abstract close(): Promise<void>;
}

/** The stream is not where the caller believed it to be. */
export class WrongExpectedRevision extends Error {
  constructor(
    readonly stream: string,
    readonly expected: ExpectedRevision,
    /** Undefined when the stream does not exist. */
    readonly actual: bigint | undefined,
  ) {
    super(`Stream ${stream} is at ${actual ?? 'no'} revision, expected ${expected}.`);
    this.name = 'WrongExpectedRevision';
  }
}

export class StreamNotFound extends Error {
  constructor(readonly stream: string) {
    super(`There is no stream ${stream}.`);
    this.name = 'StreamNotFound';
  }
}

export class StreamTombstoned extends Error {
  constructor(readonly stream: string) {
    super(`Stream ${stream} was removed for good.`);
    this.name = 'StreamTombstoned';
  }
}

export class AppendTooLarge extends Error {
  constructor(
    readonly bytes: number,
    readonly limit: number,
  ) {
    super(`An append of ${bytes} bytes exceeds the limit of ${limit} bytes.`);
    this.name = 'AppendTooLarge';
  }
}

/** The log can't be written or read now; trying again later may help. */
export class LogUnavailable extends Error {
  constructor(
    message: string,
    readonly retryAfterSeconds: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = 'LogUnavailable';
  }
}

/** There is no room left to write; nothing of the append was kept. */
export class LogFull extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LogFull';
  }
}

/** What is stored is not a log, is one of another version, or is broken. Nothing is overwritten. */
export class LogDamaged extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'LogDamaged';
  }
}
