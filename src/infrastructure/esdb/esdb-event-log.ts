import type { ReadRevision, ResolvedEvent } from '@eventstore/db-client';
import {
  type Appended,
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
  WrongExpectedRevision,
} from '../../application/ports/event-log.js';
import { AllEvents } from './all-events.js';
import { EsdbAppender } from './appender.js';
import { EsdbConnection, type Tell } from './connection.js';
import { parseConnectionString } from './connection-string.js';
import { type Asked, failureOf, isPassing, openingError, portError, retryAfterSeconds } from './errors.js';
import { EsdbFollower } from './follower.js';
import { type LogIdentity, logIdentity } from './log-identity.js';
import { OwnStreams } from './own-streams.js';
import { type EsdbPatience, PATIENCE } from './persisting.js';
import { answers } from './reading.js';
import { recordedEvent } from './stored-form.js';

export interface EsdbEventLogOptions {
  /** `esdb://…` or `esdb+discover://…`; may hold a login. */
  readonly connectionString: string;
  /** Before the name of every stream, so that several logs can share a server. Default ''. */
  readonly prefix?: string;
  readonly tell?: Tell;
  readonly patience?: Partial<EsdbPatience>;
}

const DEFAULT_BATCH_SIZE = 1_000;
const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 1_000;
/** The server's revisions end there. */
const LARGEST = 2n ** 63n - 2n;

/**
 * The event log in an EventStoreDB or KurrentDB server or cluster (23.10 or later). Any number of processes may use it
 * at the same time.
 *
 * The stamps are the server's: no clock of this process is in them.
 */
export class EsdbEventLog extends EventLog {
  private isClosed = false;
  private readonly appender: EsdbAppender;
  private readonly followers = new Set<EsdbFollower>();
  private readonly all: AllEvents;

  private constructor(
    private readonly connection: EsdbConnection,
    private readonly identity: LogIdentity,
    private readonly streams: OwnStreams,
    private readonly patience: EsdbPatience,
  ) {
    super();
    this.all = new AllEvents(connection, streams, identity.position, patience.attempt);
    this.appender = new EsdbAppender(connection, patience, (stream, options) => this.read(stream, options));
  }

  get id(): string {
    return this.identity.id;
  }

  /**
   * Opens the log, and gives it its id when it has none.
   * @throws LogUnavailable when the server can't be reached within a few seconds
   * @throws Error, one sentence, for a bad connection string or a refused login
   * @throws LogDamaged
   */
  static async open(options: EsdbEventLogOptions): Promise<EsdbEventLog> {
    const { prefix = '', tell } = options;
    const patience = { ...PATIENCE, ...options.patience };
    const address = parseConnectionString(options.connectionString);
    const connection = new EsdbConnection(address, tell);
    try {
      const identity = await logIdentity(connection, prefix, patience.open);
      return new EsdbEventLog(connection, identity, new OwnStreams(prefix), patience);
    } catch (error) {
      connection.close();
      throw openingError(error, connection.described);
    }
  }

  async append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Promise<Appended> {
    if (typeof expected === 'bigint' && expected < 0n) throw new RangeError('An expected revision is 0 or more.');
    const streamInServer = this.streams.inServer(stream);
    if (this.isClosed) throw closed();
    if (events.length === 0) return await this.appendNothing(stream, expected);
    const appended = await this.appender.append(stream, streamInServer, events, expected);
    this.all.note(appended.position);
    return appended;
  }

  read(stream: string, options: ReadStreamOptions = {}): AsyncIterable<RecordedEvent> {
    const limit = checkedLimit(options.limit);
    const streamInServer = this.streams.inServer(stream);
    const { direction = 'forwards' } = options;
    const step = direction === 'forwards' ? 1n : -1n;
    const start = options.from === undefined ? undefined : options.from > LARGEST ? LARGEST : options.from;
    return this.patiently({ server: this.connection.described, stream }, (last, count) => {
      const from = last ? last.revision + step : start;
      if (from !== undefined && from < 0n) return undefined;
      const fromRevision: ReadRevision = from ?? (direction === 'forwards' ? 'start' : 'end');
      const maxCount = limit === undefined ? undefined : limit - count;
      if (maxCount === 0) return undefined;
      return this.recorded(
        answers<ResolvedEvent>(
          this.connection,
          (client, call) => client.readStream(streamInServer, { ...call, direction, fromRevision, maxCount }),
          this.patience.attempt,
        ),
      );
    });
  }

  readAll(options: ReadAllOptions = {}): AsyncIterable<RecordedEvent> {
    const limit = checkedLimit(options.limit);
    const { direction = 'forwards', after, from } = options;
    return this.patiently({ server: this.connection.described }, (last, count) => {
      if (count === limit) return undefined;
      const start = last?.position ?? after;
      let page: AsyncIterable<RecordedEvent>;
      if (direction === 'backwards') page = this.all.backwards(start);
      else if (from !== undefined && !last) page = this.all.forwards(from, (position) => position >= from);
      else page = this.all.forwards(start ?? 0n, (position) => start === undefined || position > start);
      return limited(page, limit === undefined ? undefined : limit - count);
    });
  }

  follow(handle: (batch: FollowedBatch) => Promise<void> | void, options: FollowOptions = {}): Following {
    const batchSize = checkedCount(options.batchSize ?? DEFAULT_BATCH_SIZE, 'batch size');
    if (this.isClosed) throw closed();
    const follower = new EsdbFollower(
      {
        connection: this.connection,
        filter: this.streams.pattern,
        first: this.identity.position,
        quietMs: this.patience.quiet,
        recorded: (event) => this.all.own(event),
        head: () => this.head(),
      },
      handle,
      { after: options.after, batchSize, onError: options.onError },
    );
    this.followers.add(follower);
    follower.done.finally(() => this.followers.delete(follower));
    return follower;
  }

  async head(): Promise<LogHead> {
    // What lies before the highest position that was seen need not be looked at again.
    const seen = this.all.highest;
    const asked = { server: this.connection.described };
    const page = (last: RecordedEvent | undefined) => (last ? undefined : this.all.backwards(undefined, seen));
    for await (const { position } of this.patiently(asked, page)) return { position };
    return { position: seen };
  }

  async tombstone(stream: string): Promise<void> {
    const streamInServer = this.streams.inServer(stream);
    for await (const _ of this.read(stream, { direction: 'backwards', limit: 1 })) break;
    await this.appender.tombstone(stream, streamInServer);
  }

  /** Followers stop, appends that were accepted are finished, then the connection is closed. */
  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    await Promise.all([...this.followers].map((follower) => follower.stop()));
    await this.appender.finished();
    this.connection.close();
  }

  private async appendNothing(stream: string, expected: ExpectedRevision): Promise<Appended> {
    let last: RecordedEvent | undefined;
    try {
      for await (const event of this.read(stream, { direction: 'backwards', limit: 1 })) last = event;
    } catch (error) {
      if (!(error instanceof StreamNotFound)) throw error;
    }
    const actual = last?.revision;
    const isAsExpected = expected === 'any' || (expected === 'exists' ? last : expected === (actual ?? 'none'));
    if (!isAsExpected) throw new WrongExpectedRevision(stream, expected, actual);
    return { revision: actual ?? -1n, position: last?.position ?? 0n, repeated: false };
  }

  /**
   * A read that goes on where it broke off. One that gets nowhere for too long is given up.
   * @param next what follows the last event that came, the number of which is told too; undefined when nothing does
   */
  private async *patiently(
    asked: Asked,
    next: (last: RecordedEvent | undefined, count: number) => AsyncIterable<RecordedEvent> | undefined,
  ): AsyncGenerator<RecordedEvent, void, undefined> {
    let last: RecordedEvent | undefined;
    let count = 0;
    let until = performance.now() + this.patience.total;
    for (let attempt = 0; ; attempt++) {
      try {
        if (this.isClosed) throw closed();
        const events = next(last, count);
        if (!events) return;
        for await (const event of events) {
          last = event;
          count++;
          attempt = 0;
          yield event;
          until = performance.now() + this.patience.total;
        }
        return;
      } catch (error) {
        if (this.isClosed || !isPassing(failureOf(error)) || performance.now() >= until) throw portError(error, asked);
        await this.connection.pause(attempt, FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
      }
    }
  }

  private async *recorded(events: AsyncIterable<ResolvedEvent>): AsyncGenerator<RecordedEvent, void, undefined> {
    for await (const event of events) {
      const stream = event.event && this.streams.nameOf(event.event.streamId, event.event.type);
      if (stream !== undefined) yield recordedEvent(stream, event);
    }
  }
}

async function* limited(
  events: AsyncIterable<RecordedEvent>,
  limit: number | undefined,
): AsyncGenerator<RecordedEvent, void, undefined> {
  let left = limit ?? Number.POSITIVE_INFINITY;
  for await (const event of events) {
    yield event;
    if (--left === 0) return;
  }
}

function closed(): LogUnavailable {
  return new LogUnavailable('The event log is closed.', retryAfterSeconds());
}

function checkedLimit(limit: number | undefined): number | undefined {
  return limit === undefined ? undefined : checkedCount(limit, 'limit');
}

function checkedCount(count: number, name: string): number {
  if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`A ${name} is a whole number of at least 1.`);
  return count;
}
