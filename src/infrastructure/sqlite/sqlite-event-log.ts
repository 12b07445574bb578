import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Clock } from '../../application/ports/clock.js';
import {
  type Appended,
  AppendTooLarge,
  EventLog,
  type ExpectedRevision,
  type FollowedBatch,
  type Following,
  type FollowOptions,
  type LogHead,
  LogUnavailable,
  type NewEvent,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  StreamNotFound,
  StreamTombstoned,
  WrongExpectedRevision,
} from '../../application/ports/event-log.js';
import { portError, retryAfterSeconds } from './database-file.js';
import { Follower } from './follower.js';
import { createLog, LOG_FORMAT, openLog } from './log-format.js';
import { LogWriter, type WriterOutcome } from './log-writer.js';
import { Paged } from './paged.js';
import { patiently } from './patiently.js';

export interface SqliteEventLogOptions {
  readonly clock: Clock;
  /** How long another process may hold the file before an append is turned away. Default 5,000. */
  readonly busyTimeoutMs?: number;
  /** Of the ids, types, data and metadata of one append, in UTF-8. Default 1 MiB, like EventStoreDB's. */
  readonly maxAppendBytes?: number;
  /** The log's file grows no larger; appends beyond it are turned away with LogFull. */
  readonly maxFileBytes?: number;
  /** Without a writing thread: appending is refused, and a missing file is not made. */
  readonly readOnly?: boolean;
}

const DEFAULT_BUSY_TIMEOUT_MS = 5_000;
const DEFAULT_MAX_APPEND_BYTES = 1_048_576;
const DEFAULT_BATCH_SIZE = 1_000;
/** No read is open longer than this many rows take: it would keep the write-ahead log from being emptied. */
const PAGE_ROWS = 1_000;
/** Commits of other processes give no sign; they are looked for this often. */
const POLL_MS = 100;
/** About 30 MB. Looking a name up here costs a third less than joining the tables. */
const MOST_NAMES_REMEMBERED = 300_000;
const LARGEST = 2n ** 63n - 1n;
const ISOLATED_SURROGATE = "holds half a character, which can't be stored as UTF-8";

/** Rows as arrays, integers as bigints: see COLUMNS. */
type EventRow = [bigint, bigint, bigint, string, string, string, string | null, bigint, bigint | null];

const COLUMNS = 'position, stream, revision, id, type, data, metadata, recorded_at, original_recorded_at';

/**
 * The embedded event log: one SQLite file, written by a thread of its own. An append that was acknowledged survives
 * the loss of power. Other processes may read and write the same file.
 */
export class SqliteEventLog extends EventLog {
  override readonly appendsWithoutGaps = true;
  private writer: LogWriter | undefined;
  private isClosed = false;
  private readonly names = new Map<bigint, string>();
  private readonly followers = new Set<Follower>();
  private readonly waiting = new Set<() => void>();
  private readonly busyTimeoutMs: number;
  private readonly maxAppendBytes: number;

  private readonly findStream: StatementSync;
  private readonly findName: StatementSync;
  private readonly findHead: StatementSync;
  private readonly streamForwards: StatementSync;
  private readonly streamBackwards: StatementSync;
  private readonly allForwards: StatementSync;
  private readonly allBackwards: StatementSync;

  private constructor(
    readonly id: string,
    private readonly file: string,
    private readonly database: DatabaseSync,
    private readonly options: SqliteEventLogOptions,
  ) {
    super();
    this.busyTimeoutMs = options.busyTimeoutMs ?? DEFAULT_BUSY_TIMEOUT_MS;
    this.maxAppendBytes = options.maxAppendBytes ?? DEFAULT_MAX_APPEND_BYTES;
    const prepare = (sql: string) => {
      const statement = database.prepare(sql);
      statement.setReadBigInts(true);
      statement.setReturnArrays(true);
      return statement;
    };
    const events = (rest: string) => prepare(`SELECT ${COLUMNS} FROM events WHERE ${rest} LIMIT ?`);
    this.findStream = prepare('SELECT id, tombstoned FROM streams WHERE name = ?');
    this.findName = prepare('SELECT name FROM streams WHERE id = ?');
    this.findHead = prepare('SELECT head FROM log');
    this.streamForwards = events('stream = ? AND revision >= ? ORDER BY revision');
    this.streamBackwards = events('stream = ? AND revision <= ? ORDER BY revision DESC');
    this.allForwards = events('position > ? ORDER BY position');
    this.allBackwards = events('position < ? ORDER BY position DESC');
  }

  /**
   * Opens the log, and makes it first when there is none.
   * @throws LogDamaged for a file that is not a log, is of another version or is broken
   * @throws LogUnavailable when it can't be opened now
   */
  static async open(file: string, options: SqliteEventLogOptions): Promise<SqliteEventLog> {
    const busyTimeoutMs = options.busyTimeoutMs ?? DEFAULT_BUSY_TIMEOUT_MS;
    if (!options.readOnly) createLog(file);
    // The main thread never waits for a lock inside SQLite: it tries again after a pause.
    const opened = await patiently(busyTimeoutMs, () => openLog(file, { readOnly: true, busyTimeoutMs: 0 }));
    try {
      const log = new SqliteEventLog(opened.id, file, opened.database, options);
      if (!options.readOnly) {
        const { maxFileBytes } = options;
        log.writer = await LogWriter.start({ file, busyTimeoutMs, maxFileBytes }, () => log.wakeFollowers());
      }
      return log;
    } catch (error) {
      opened.database.close();
      throw portError(error, file, LOG_FORMAT);
    }
  }

  async append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Promise<Appended> {
    // Asked before anything is waited for, so that the stamps are in the order of the calls.
    const recordedAt = Math.trunc(this.options.clock.now());
    if (typeof expected === 'bigint' && expected < 0n) throw new RangeError('An expected revision is 0 or more.');
    this.checkEvents(stream, events);
    const outcome = await this.openWriter().write(stream, expected, recordedAt, events);
    return appended(stream, expected, outcome);
  }

  async tombstone(stream: string): Promise<void> {
    const outcome = await this.openWriter().write(stream, 'tombstone', 0, []);
    appended(stream, 'exists', outcome);
  }

  read(stream: string, options: ReadStreamOptions = {}): AsyncIterable<RecordedEvent> {
    const isForwards = options.direction !== 'backwards';
    const page = isForwards ? this.streamForwards : this.streamBackwards;
    const step = isForwards ? 1n : -1n;
    const from = smallest(options.from ?? (isForwards ? 0n : LARGEST));
    let id: bigint | undefined;
    return this.paged(
      options.limit,
      from,
      (event) => event.revision + step,
      (start, rows) => {
        id ??= this.streamId(stream);
        return page.all(id, start, rows);
      },
    );
  }

  readAll(options: ReadAllOptions = {}): AsyncIterable<RecordedEvent> {
    const isForwards = options.direction !== 'backwards';
    const page = isForwards ? this.allForwards : this.allBackwards;
    const from = options.from === undefined ? undefined : options.from - 1n;
    const after = smallest(options.after ?? from ?? (isForwards ? 0n : LARGEST));
    return this.paged(
      options.limit,
      after,
      (event) => event.position,
      (start, rows) => page.all(start, rows),
    );
  }

  follow(handle: (batch: FollowedBatch) => Promise<void> | void, options: FollowOptions = {}): Following {
    const batchSize = checkedCount(options.batchSize ?? DEFAULT_BATCH_SIZE, 'batch size');
    if (this.isClosed) throw closed();
    const follower = new Follower(
      {
        page: (after, limit) => this.pageAfter(after, limit),
        somethingNew: () => this.somethingNew(),
      },
      handle,
      { after: options.after ?? 0n, batchSize, onError: options.onError },
    );
    this.followers.add(follower);
    follower.done.finally(() => this.followers.delete(follower));
    return follower;
  }

  async head(): Promise<LogHead> {
    const position = await this.fromFile(() => this.headPosition());
    return { position: position === 0n ? undefined : position };
  }

  /** Followers stop, appends that were accepted are finished, then the file is closed. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    await Promise.all([...this.followers].map((follower) => follower.stop()));
    // The last to close empties the write-ahead log into the file, which only the writer may do.
    this.database.close();
    await this.writer?.close();
  }

  private paged(
    limit: number | undefined,
    start: bigint,
    next: (last: RecordedEvent) => bigint,
    read: (start: bigint, rows: number) => unknown,
  ): AsyncIterable<RecordedEvent> {
    let left = limit === undefined ? Number.POSITIVE_INFINITY : checkedCount(limit, 'limit');
    let from = start;
    return new Paged(async () => {
      const rows = Math.min(left, PAGE_ROWS);
      if (rows === 0) return [];
      // Between two pages everything else gets its turn.
      if (from !== start) await nextTurn();
      const events = await this.fromFile(() => this.recorded(read(from, rows)));
      const last = events.at(-1);
      left = events.length < rows ? 0 : left - rows;
      if (last) from = next(last);
      return events;
    });
  }

  private pageAfter(after: bigint, limit: number): Promise<FollowedBatch> {
    return this.fromFile(() => {
      const events = this.recorded(this.allForwards.all(smallest(after), limit));
      const last = events.at(-1)?.position ?? after;
      return { events, caughtUp: events.length < limit || this.headPosition() === last };
    });
  }

  /** Settles at the next commit of this process, and in time to see those of others. */
  private somethingNew(): { settled: Promise<void>; cancel: () => void } {
    let cancel: () => void = () => undefined;
    const settled = new Promise<void>((resolve) => {
      cancel = () => {
        clearTimeout(timer);
        this.waiting.delete(cancel);
        resolve();
      };
      const timer = setTimeout(cancel, POLL_MS);
      this.waiting.add(cancel);
    });
    return { settled, cancel };
  }

  private wakeFollowers(): void {
    for (const wake of [...this.waiting]) wake();
  }

  private streamId(stream: string): bigint {
    const row = this.findStream.get(stream) as unknown as [bigint, bigint] | undefined;
    if (!row) throw new StreamNotFound(stream);
    if (row[1] !== 0n) throw new StreamTombstoned(stream);
    return row[0];
  }

  private headPosition(): bigint {
    return (this.findHead.get() as unknown as [bigint])[0];
  }

  private recorded(rows: unknown): RecordedEvent[] {
    return (rows as EventRow[]).map((row) => ({
      id: row[3],
      type: row[4],
      data: row[5],
      metadata: row[6] ?? undefined,
      originalRecordedAt: row[8] === null ? undefined : Number(row[8]),
      stream: this.names.get(row[1]) ?? this.lookUpName(row[1]),
      revision: row[2],
      position: row[0],
      recordedAt: Number(row[7]),
    }));
  }

  private lookUpName(id: bigint): string {
    const row = this.findName.get(id) as unknown as [string] | undefined;
    if (!row) throw portError({ errcode: 11, message: `stream ${id} has no name` }, this.file, LOG_FORMAT);
    if (this.names.size >= MOST_NAMES_REMEMBERED) {
      for (const oldest of this.names.keys()) {
        this.names.delete(oldest);
        break;
      }
    }
    this.names.set(id, row[0]);
    return row[0];
  }

  private async fromFile<Answer>(read: () => Answer): Promise<Answer> {
    try {
      return await patiently(this.busyTimeoutMs, () => {
        if (this.isClosed) throw closed();
        return read();
      });
    } catch (error) {
      throw portError(error, this.file, LOG_FORMAT);
    }
  }

  private openWriter(): LogWriter {
    if (this.isClosed) throw closed();
    if (!this.writer) throw new LogUnavailable('The event log was opened for reading only.', retryAfterSeconds());
    return this.writer;
  }

  /** What can't be stored as it is must not be stored at all. */
  private checkEvents(stream: string, events: readonly NewEvent[]): void {
    if (!stream.isWellFormed()) throw new TypeError(`A stream name ${ISOLATED_SURROGATE}.`);
    let bytes = 0;
    for (const { id, type, data, metadata = '', originalRecordedAt } of events) {
      if (!(data.isWellFormed() && metadata.isWellFormed() && type.isWellFormed() && id.isWellFormed())) {
        throw new TypeError(`An event for ${stream} ${ISOLATED_SURROGATE}.`);
      }
      if (originalRecordedAt !== undefined && !Number.isSafeInteger(originalRecordedAt)) {
        throw new TypeError(`The original recorded time of an event for ${stream} is not in whole milliseconds.`);
      }
      bytes += Buffer.byteLength(id) + Buffer.byteLength(type) + Buffer.byteLength(data) + Buffer.byteLength(metadata);
    }
    if (bytes > this.maxAppendBytes) throw new AppendTooLarge(bytes, this.maxAppendBytes);
  }
}

function appended(stream: string, expected: ExpectedRevision, outcome: WriterOutcome): Appended {
  switch (outcome.kind) {
    case 'appended':
    case 'repeated':
      return {
        revision: outcome.revision as bigint,
        position: outcome.position as bigint,
        repeated: outcome.kind === 'repeated',
      };
    case 'conflict':
      throw new WrongExpectedRevision(stream, expected, outcome.revision ?? undefined);
    case 'missing':
      throw new StreamNotFound(stream);
    case 'tombstoned':
      throw new StreamTombstoned(stream);
  }
}

function closed(): LogUnavailable {
  return new LogUnavailable('The event log is closed.', retryAfterSeconds());
}

function checkedCount(count: number, name: string): number {
  if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`A ${name} is a whole number of at least 1.`);
  return count;
}

/** SQLite's integers end there; what lies beyond holds nothing. */
function smallest(number: bigint): bigint {
  return number > LARGEST ? LARGEST : number;
}
