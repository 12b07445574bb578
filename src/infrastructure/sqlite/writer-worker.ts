/**
 * The only place where the log is written: a thread of its own, so that neither the commit (which waits for the disk)
 * nor a large import holds up the requests.
 *
 * Everything that arrived while the last transaction was on its way to the disk goes into the next one (group commit).
 *
 * Node runs this file as it is when the sources run, so it imports nothing of ours but types.
 */
import { DatabaseSync } from 'node:sqlite';
import { type MessagePort, parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';

export interface WriterOptions {
  readonly file: string;
  readonly busyTimeoutMs: number;
  /** The file grows no larger than this. */
  readonly maxFileBytes?: number;
}

type Outcome = [kind: OutcomeKind, first: bigint | number | null, second: bigint | string | null];

/** `tombstone` asks for the end of the stream instead of an append. */
export type WriterExpectation = bigint | 'none' | 'exists' | 'any' | 'tombstone';

/**
 * Several appends in two flat lists: cloning a message between threads costs per object, and a list of plain values is
 * the cheapest there is.
 */
export interface WriterRequest {
  /** Per append: stream, expectation, recorded at (milliseconds), number of events. */
  readonly appends: (string | bigint | number)[];
  /** Per event: id, type, data, metadata, original recorded at (milliseconds). */
  readonly events: (string | number | null)[];
}

export type WriterMessage = WriterRequest | 'close';

export type OutcomeKind = 'appended' | 'repeated' | 'conflict' | 'missing' | 'tombstoned' | 'failed';

/**
 * Per append, in the order of the requests: kind and two values.
 * appended, repeated: revision, position · conflict: actual revision or null · failed: SQLite's code, message.
 */
export type WriterOutcomes = (string | bigint | number | null)[];

export interface SqliteFailure {
  /** SQLite's extended result code. */
  readonly errcode: number;
  readonly message: string;
}

export type WriterReply =
  | { readonly ready: true }
  | { readonly refused: SqliteFailure }
  | { readonly outcomes: WriterOutcomes };

interface Append {
  readonly stream: string;
  readonly expected: WriterExpectation;
  readonly recordedAt: number;
  readonly request: WriterRequest;
  /** Where its events start in the request. */
  readonly from: number;
  readonly count: number;
}

interface StreamState {
  readonly id: number | bigint;
  revision: bigint;
  tombstoned: boolean;
}

const PER_APPEND = 4;
const PER_EVENT = 5;
/** Bounds the time an outcome waits for others, and the memory of a transaction. */
const MOST_EVENTS_PER_GROUP = 5_000;
/** About 10 MB. */
const MOST_STREAMS_REMEMBERED = 50_000;
/** 16 MB: written to the file at once, they hold up the appends for some tens of milliseconds. */
const PAGES_BEFORE_CHECKPOINT = 2_000;
const CACHE_KIB = 65_536;
const NOTHING = -1n;
const BUSY = 5;

const FAILED_BY_SQLITE = 1;
/**
 * SQLite's lock knows no queue: a process that writes without a break starves the others. So each leaves a gap after
 * having written for a while, and looks for one more often than it lasts. It costs 2% of the rate.
 */
const MOST_WRITING_MS = 50;
const GAP_MS = 1;
const LOCK_POLL_MS = 0.5;

class Writing {
  private readonly database: DatabaseSync;
  private readonly streams = new Map<string, StreamState>();
  private head = 0n;
  private seenVersion: number | undefined;
  private hasTraces = false;
  private writingMs = 0;
  private readonly busyTimeoutMs: number;

  private readonly findStream;
  private readonly findEvent;
  private readonly findEvents;
  private readonly insertStream;
  private readonly insertEvent;
  private readonly markTombstoned;
  private readonly deleteEvents;
  private readonly readHead;
  private readonly saveHead;
  private readonly dataVersion;

  constructor(options: WriterOptions) {
    const database = new DatabaseSync(options.file, { timeout: options.busyTimeoutMs });
    this.database = database;
    this.busyTimeoutMs = options.busyTimeoutMs;
    // Secure deletion is on from the first event on: what SQLite moves to another page must not stay on the old one.
    database.exec(`
      PRAGMA secure_delete = ON;
      PRAGMA journal_mode = WAL;
      PRAGMA synchronous = FULL;
      PRAGMA wal_autocheckpoint = ${PAGES_BEFORE_CHECKPOINT};
      PRAGMA journal_size_limit = 67108864;
      PRAGMA cache_size = -${CACHE_KIB};
    `);
    if (options.maxFileBytes !== undefined) {
      const { page_size: size } = database.prepare('PRAGMA page_size').get() as { page_size: number };
      database.exec(`PRAGMA max_page_count = ${Math.floor(options.maxFileBytes / size)}`);
    }
    const prepare = (sql: string) => {
      const statement = database.prepare(sql);
      statement.setReadBigInts(true);
      return statement;
    };
    this.findStream = prepare(`
      SELECT id, tombstoned,
        (SELECT revision FROM events WHERE stream = streams.id ORDER BY revision DESC LIMIT 1) AS revision
      FROM streams WHERE name = ?`);
    this.findEvent = prepare('SELECT position FROM events WHERE stream = ? AND revision = ?');
    this.findEvents = prepare(`
      SELECT id, position FROM events WHERE stream = ? AND revision > ? ORDER BY revision LIMIT ?`);
    this.insertStream = prepare('INSERT INTO streams (name) VALUES (?)');
    this.insertEvent = prepare(`
      INSERT INTO events (position, stream, revision, id, type, data, metadata, recorded_at, original_recorded_at)
      VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`);
    this.markTombstoned = prepare('UPDATE streams SET tombstoned = 1 WHERE id = ?');
    this.deleteEvents = prepare('DELETE FROM events WHERE stream = ?');
    this.readHead = prepare('SELECT head FROM log');
    this.saveHead = prepare('UPDATE log SET head = ?');
    this.dataVersion = database.prepare('PRAGMA data_version');
    database.exec('PRAGMA busy_timeout = 0');
  }

  /** Writes the appends in one transaction. The outcomes may be reported: what they rest on is on the disk. */
  write(group: readonly Append[]): WriterOutcomes {
    const written = this.attempt(group);
    if (Array.isArray(written)) return written;
    const { errcode, message } = written;
    // While another process holds the file, each append alone would only wait as long again.
    if (group.length === 1 || isBusy(written)) {
      return group.flatMap((): Outcome => ['failed', errcode, message]);
    }
    // An append that can't be written must not take the others down with it.
    return group.flatMap((append) => this.write([append]));
  }

  private attempt(group: readonly Append[]): WriterOutcomes | SqliteFailure {
    const outcomes: WriterOutcomes = [];
    try {
      this.begin();
      const start = performance.now();
      const headBefore = this.head;
      for (const append of group) outcomes.push(...this.apply(append));
      if (this.head !== headBefore) this.saveHead.run(this.head);
      this.database.exec('COMMIT');
      this.writingMs += performance.now() - start;
    } catch (error) {
      this.rollBack();
      return described(error);
    }
    this.removeTraces();
    return outcomes;
  }

  close(): void {
    this.database.close();
  }

  private begin(): void {
    this.lock();
    const { data_version: version } = this.dataVersion.get() as { data_version: number };
    if (version === this.seenVersion) return;
    // Another process has written: what is remembered of the streams may be old.
    this.streams.clear();
    this.head = (this.readHead.get() as { head: bigint }).head;
    this.seenVersion = version;
  }

  private lock(): void {
    const until = performance.now() + this.busyTimeoutMs;
    for (;;) {
      try {
        this.database.exec('BEGIN IMMEDIATE');
        return;
      } catch (error) {
        if (!isBusy(described(error)) || performance.now() >= until) throw error;
        sleep(LOCK_POLL_MS);
      }
    }
  }

  /** Lets other processes have their turn, if this one has been writing for long. */
  leaveGap(): void {
    if (this.writingMs < MOST_WRITING_MS) return;
    this.writingMs = 0;
    sleep(GAP_MS);
  }

  private rollBack(): void {
    this.streams.clear();
    this.seenVersion = undefined;
    // Some errors have ended the transaction already.
    if (this.database.isTransaction) this.database.exec('ROLLBACK');
  }

  /** The checks come before the first insert, so that a refused append has nothing to undo. */
  private apply(append: Append): Outcome {
    const { expected, count } = append;
    let stream = this.stream(append.stream);
    if (stream?.tombstoned) return ['tombstoned', null, null];
    if (expected === 'tombstone') return this.tombstone(stream);

    const actual = stream?.revision ?? NOTHING;
    const exact = typeof expected === 'bigint' ? expected : expected === 'none' ? NOTHING : undefined;
    const isAsExpected = exact === undefined ? expected === 'any' || actual !== NOTHING : exact === actual;
    if (!isAsExpected) {
      const position = stream && exact !== undefined ? this.positionOfRepeat(stream, append, exact) : undefined;
      if (position === undefined) return ['conflict', actual === NOTHING ? null : actual, null];
      return ['repeated', (exact as bigint) + BigInt(count), position];
    }
    if (count === 0) {
      const last = stream && (this.findEvent.get(stream.id, actual) as { position: bigint } | undefined);
      return ['appended', actual, last?.position ?? 0n];
    }
    stream ??= this.newStream(append.stream);
    this.insert(stream, append);
    return ['appended', stream.revision, this.head];
  }

  private insert(stream: StreamState, append: Append): void {
    const events = append.request.events;
    const end = append.from + append.count * PER_EVENT;
    let { revision } = stream;
    let position = this.head;
    for (let at = append.from; at < end; at += PER_EVENT) {
      revision += 1n;
      position += 1n;
      this.insertEvent.run(
        position,
        stream.id,
        revision,
        events[at] as string,
        events[at + 1] as string,
        events[at + 2] as string,
        events[at + 3] as string | null,
        append.recordedAt,
        events[at + 4] as number | null,
      );
    }
    stream.revision = revision;
    this.head = position;
  }

  /** The position of the last of these events, if exactly they follow the expected revision already. */
  private positionOfRepeat(stream: StreamState, append: Append, after: bigint): bigint | undefined {
    if (append.count === 0) return undefined;
    const found = this.findEvents.all(stream.id, after, append.count) as { id: string; position: bigint }[];
    if (found.length < append.count) return undefined;
    const isSame = found.every((event, index) => event.id === append.request.events[append.from + index * PER_EVENT]);
    return isSame ? found.at(-1)?.position : undefined;
  }

  /** The name stays, so that nothing is ever appended to the stream again; what it held is overwritten. */
  private tombstone(stream: StreamState | undefined): Outcome {
    if (!stream) return ['missing', null, null];
    this.deleteEvents.run(stream.id);
    this.markTombstoned.run(stream.id);
    stream.tombstoned = true;
    this.hasTraces = true;
    return ['appended', stream.revision, this.head];
  }

  /** Old pages stay in the write-ahead log until it is emptied. A reader may stand in the way: then the next one does it. */
  private removeTraces(): void {
    if (!this.hasTraces) return;
    try {
      this.database.exec(`PRAGMA busy_timeout = ${this.busyTimeoutMs}`);
      const { busy } = this.database.prepare('PRAGMA wal_checkpoint(TRUNCATE)').get() as { busy: number };
      this.hasTraces = busy !== 0;
    } catch {
      // The tombstone itself is committed; only the emptying is tried again after the next transaction.
    } finally {
      this.database.exec('PRAGMA busy_timeout = 0');
    }
  }

  private stream(name: string): StreamState | undefined {
    const remembered = this.streams.get(name);
    if (remembered) return remembered;
    const row = this.findStream.get(name) as { id: bigint; tombstoned: bigint; revision: bigint | null } | undefined;
    if (!row) return undefined;
    return this.remember(name, { id: row.id, tombstoned: row.tombstoned !== 0n, revision: row.revision ?? NOTHING });
  }

  private newStream(name: string): StreamState {
    const { lastInsertRowid: id } = this.insertStream.run(name);
    return this.remember(name, { id, tombstoned: false, revision: NOTHING });
  }

  private remember(name: string, stream: StreamState): StreamState {
    if (this.streams.size >= MOST_STREAMS_REMEMBERED) {
      for (const oldest of this.streams.keys()) {
        this.streams.delete(oldest);
        break;
      }
    }
    this.streams.set(name, stream);
    return stream;
  }
}

function isBusy({ errcode }: SqliteFailure): boolean {
  return (errcode & 0xff) === BUSY;
}

const SLEEPING = new Int32Array(new SharedArrayBuffer(4));

function sleep(ms: number): void {
  Atomics.wait(SLEEPING, 0, 0, ms);
}

function described(error: unknown): SqliteFailure {
  const { errcode, message } = error as { errcode?: number; message?: string };
  return { errcode: errcode ?? FAILED_BY_SQLITE, message: message ?? String(error) };
}

function unpack(request: WriterRequest, queue: Append[]): void {
  const { appends } = request;
  let from = 0;
  for (let at = 0; at < appends.length; at += PER_APPEND) {
    const count = appends[at + 3] as number;
    queue.push({
      stream: appends[at] as string,
      expected: appends[at + 1] as WriterExpectation,
      recordedAt: appends[at + 2] as number,
      request,
      from,
      count,
    });
    from += count * PER_EVENT;
  }
}

/** How many appends of the queue share the next transaction: at least one, however large it is. */
function groupSize(queue: readonly Append[]): number {
  let events = 0;
  for (const [index, append] of queue.entries()) {
    events += append.count;
    if (index > 0 && events > MOST_EVENTS_PER_GROUP) return index;
  }
  return queue.length;
}

function serve(port: MessagePort, writing: Writing): void {
  port.on('message', (first: WriterMessage) => {
    let queue: Append[] = [];
    let isClosing = false;
    const take = (message: WriterMessage) => {
      if (message === 'close') isClosing = true;
      else unpack(message, queue);
    };
    const takeWaiting = () => {
      for (let more = receiveMessageOnPort(port); more; more = receiveMessageOnPort(port)) take(more.message);
    };
    take(first);
    takeWaiting();
    while (queue.length > 0) {
      const group = queue.slice(0, groupSize(queue));
      queue = queue.slice(group.length);
      port.postMessage({ outcomes: writing.write(group) } satisfies WriterReply);
      writing.leaveGap();
      takeWaiting();
    }
    if (!isClosing) return;
    writing.close();
    port.close();
  });
}

if (parentPort) {
  try {
    serve(parentPort, new Writing(workerData as WriterOptions));
    parentPort.postMessage({ ready: true } satisfies WriterReply);
  } catch (error) {
    parentPort.postMessage({ refused: described(error) } satisfies WriterReply);
    parentPort.close();
  }
}
