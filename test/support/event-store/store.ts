import { randomUUID } from 'node:crypto';
import type { Bug } from './bugs.js';
import { lowerBound } from './lower-bound.js';

export interface StoredEvent extends ProposedEvent {
  readonly stream: string;
  readonly revision: bigint;
  /** Where the event's record begins in the transaction file; commit and prepare position in one. */
  readonly position: bigint;
  /** Where its record ends: reading on from there skips it. */
  readonly end: bigint;
  /** Units of 100 ns since 1970. */
  readonly created: bigint;
}

export interface ProposedEvent {
  readonly id: string;
  readonly type: string;
  readonly isJson: boolean;
  readonly data: Uint8Array;
  readonly metadata: Uint8Array;
}

export type ExpectedVersion = bigint | 'any' | 'no_stream' | 'stream_exists';

export type WriteOutcome =
  | { readonly kind: 'written'; readonly revision: bigint; readonly position: bigint }
  | { readonly kind: 'wrong-expected-version'; readonly current: bigint }
  | { readonly kind: 'deleted' };

export interface StoreOptions {
  /** Stamps the events; may step back. */
  readonly clock?: { now(): number };
  /** Where the first event lies, to try positions beyond 2^53. */
  readonly firstPosition?: bigint;
  /** After so many events of users the server writes one of its own. Default 5; 0 for none at all. */
  readonly systemEventEvery?: number;
  readonly bug?: Bug;
}

interface Stream {
  readonly events: StoredEvent[];
  /** Revision of the last event; -1 while there has been none. */
  last: bigint;
  /** Events below it can't be read any more ($tb); all of them when it is `DELETED`. */
  truncateBefore: bigint;
  isTombstoned: boolean;
}

/** The revision that the real server gives to a tombstone, and the truncation point of a soft-deleted stream. */
export const DELETED = 2n ** 63n - 1n;
const NO_STREAM = -1n;

/**
 * Live events that subscriptions get in one turn; three times what they send in one. So an append of 200 events drops
 * whoever is live, as in the real server, and one of 50 doesn't.
 */
const DELIVERED_AT_ONCE = 12;

/**
 * The transaction file of the server, in memory: every event in one order, with the real server's rules for expected
 * versions and idempotency (IndexWriter.CheckCommit), soft deletion and tombstones.
 */
export class Store {
  /** In position order. */
  readonly all: StoredEvent[] = [];
  private readonly streams = new Map<string, Stream>();
  /** What the real server keeps in memory to recognise what is written again expecting `any`: the first use of an id. */
  private readonly recent = new Map<string, StoredEvent>();
  private readonly listeners = new Set<(event: StoredEvent) => void>();
  private readonly undelivered: StoredEvent[] = [];
  private nextPosition: bigint;
  private sinceSystemEvent = 0;

  constructor(private readonly options: StoreOptions = {}) {
    this.nextPosition = options.firstPosition ?? 0n;
    if (this.systemEventEvery > 0) this.writeSystemEvent('$users', '$UserCreated', '{"loginName":"admin"}');
  }

  append(name: string, events: readonly ProposedEvent[], expected: ExpectedVersion): WriteOutcome {
    const { bug } = this.options;
    const stream = this.stream(name);
    const refusal = this.check(name, stream, events, expected);
    if (refusal && !(refusal.kind === 'wrong-expected-version' && bug === 'ignores-expected-revision')) return refusal;

    if (stream.truncateBefore === DELETED) this.setTruncateBefore(name, stream, stream.last + 1n);
    const created = this.now();
    let position = this.nextPosition;
    for (const event of bug === 'forgets-a-part-of-an-append' ? events.slice(0, 1) : events) {
      position = this.write(name, stream, event, created).position;
    }
    this.writeNowAndThenOfItsOwn(events.length);
    return { kind: 'written', revision: stream.last, position };
  }

  /** Hides every event so far ($tb in the stream's metadata); the next append goes on with the revisions. */
  softDelete(name: string, expected: ExpectedVersion): WriteOutcome {
    const stream = this.stream(name);
    const refusal = this.check(name, stream, [], expected);
    if (refusal) return refusal;
    if (stream.last === NO_STREAM) return { kind: 'wrong-expected-version', current: NO_STREAM };
    return { kind: 'written', revision: stream.last, position: this.setTruncateBefore(name, stream, DELETED).position };
  }

  /** Ends a stream for good: the last event of it is `$streamDeleted`. A stream that never was can be ended too. */
  tombstone(name: string, expected: ExpectedVersion): WriteOutcome {
    const stream = this.stream(name);
    const refusal = this.check(name, stream, [], expected);
    if (refusal) return refusal;
    stream.last = DELETED - 1n;
    const { position } = this.write(name, stream, { ...proposed('$streamDeleted', ''), isJson: false });
    stream.isTombstoned = this.options.bug !== 'revives-tombstoned-streams';
    return { kind: 'written', revision: DELETED, position };
  }

  /** The events that can still be read, in revision order. */
  read(name: string): readonly StoredEvent[] | 'no-stream' | 'deleted' {
    const stream = this.streams.get(name);
    if (stream?.isTombstoned) return 'deleted';
    if (!stream || stream.last === NO_STREAM || stream.truncateBefore === DELETED) return 'no-stream';
    return stream.events.slice(lowerBound(stream.events, ({ revision }) => revision, stream.truncateBefore));
  }

  get lastPosition(): bigint {
    return this.all.at(-1)?.position ?? -1n;
  }

  /** Index in `all` of the first event at or after a position. */
  indexOf(position: bigint): number {
    return lowerBound(this.all, (event) => event.position, position);
  }

  /** Whether a record can begin here: the real server breaks off a read from anywhere else. */
  isBoundary(position: bigint): boolean {
    if (position === 0n || position >= this.nextPosition) return true;
    const index = this.indexOf(position);
    return this.all[index]?.position === position || this.all[index - 1]?.end === position;
  }

  /** Calls back for every event from now on, after it was written, one by one and never within the caller's turn. */
  onCommitted(listener: (event: StoredEvent) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** What a restart of the server forgets. */
  restart(): void {
    this.recent.clear();
  }

  /** Lets a stream go on after a revision, and the log after the position of the same number. */
  goOnAfter(name: string, number: bigint): void {
    this.stream(name).last = number;
    if (this.nextPosition <= number) this.nextPosition = number + 1n;
  }

  /** Undefined when the events may be written now. */
  private check(
    name: string,
    stream: Stream,
    events: readonly ProposedEvent[],
    expected: ExpectedVersion,
  ): WriteOutcome | undefined {
    if (stream.isTombstoned) return { kind: 'deleted' };
    const wrong: WriteOutcome = {
      kind: 'wrong-expected-version',
      current: this.options.bug === 'wrong-actual-version' ? stream.last + 1n : stream.last,
    };
    if (expected === 'any' || expected === 'stream_exists') {
      if (expected === 'stream_exists' && stream.truncateBefore === DELETED) return { kind: 'deleted' };
      if (expected === 'stream_exists' && stream.last === NO_STREAM) return wrong;
      const known = events
        .map(({ id }) => this.recent.get(id))
        .map((event) => (event?.stream === name ? event : undefined));
      if (!known[0] || this.options.bug === 'duplicates-on-retry') return undefined;
      return answerOf(known) ?? wrong;
    }
    const version = expected === 'no_stream' ? NO_STREAM : expected;
    if (version === stream.last) return undefined;
    if (version > stream.last) return wrong;
    if (version === NO_STREAM && stream.truncateBefore === DELETED) return undefined;
    if (this.options.bug === 'duplicates-on-retry') return wrong;
    const first = lowerBound(stream.events, ({ revision }) => revision, version + 1n);
    return answerOf(events.map(({ id }, index) => onlyWithId(stream.events[first + index], id))) ?? wrong;
  }

  private stream(name: string): Stream {
    let stream = this.streams.get(name);
    if (!stream) {
      stream = { events: [], last: NO_STREAM, truncateBefore: 0n, isTombstoned: false };
      this.streams.set(name, stream);
    }
    return stream;
  }

  private write(name: string, stream: Stream, event: ProposedEvent, created = this.now()): StoredEvent {
    const position = this.nextPosition;
    this.nextPosition += sizeOnDisk(name, event);
    stream.last += 1n;
    const stored = {
      ...event,
      stream: name,
      revision: stream.last,
      position,
      end: this.nextPosition,
      created,
    };
    stream.events.push(stored);
    this.all.push(stored);
    if (!this.recent.has(event.id)) this.recent.set(event.id, stored);
    if (this.undelivered.push(stored) === 1) setImmediate(() => this.deliver());
    return stored;
  }

  private deliver(): void {
    for (const event of this.undelivered.splice(0, DELIVERED_AT_ONCE)) {
      for (const listener of this.listeners) listener(event);
    }
    if (this.undelivered.length > 0) setImmediate(() => this.deliver());
  }

  private setTruncateBefore(name: string, stream: Stream, revision: bigint): StoredEvent {
    stream.truncateBefore = revision;
    return this.writeSystemEvent(`$$${name}`, '$metadata', `{"$tb":${revision}}`);
  }

  private writeNowAndThenOfItsOwn(count: number): void {
    if (this.systemEventEvery === 0) return;
    this.sinceSystemEvent += count;
    if (this.sinceSystemEvent < this.systemEventEvery) return;
    this.sinceSystemEvent = 0;
    this.writeSystemEvent('$stats-127.0.0.1:2113', '$statsCollected', '{"proc-cpu":1}');
  }

  private writeSystemEvent(name: string, type: string, data: string): StoredEvent {
    return this.write(name, this.stream(name), proposed(type, data));
  }

  private get systemEventEvery(): number {
    return this.options.systemEventEvery ?? 5;
  }

  private now(): bigint {
    return BigInt(this.options.clock?.now() ?? Date.now()) * 10_000n;
  }
}

function proposed(type: string, data: string): ProposedEvent {
  return { id: randomUUID(), type, isJson: true, data: Buffer.from(data), metadata: new Uint8Array() };
}

/** The original answer, when every event of the append is there already. */
function answerOf(known: readonly (StoredEvent | undefined)[]): WriteOutcome | undefined {
  const last = known.at(-1);
  if (!last || !known.every(Boolean)) return undefined;
  return { kind: 'written', revision: last.revision, position: last.position };
}

function onlyWithId(event: StoredEvent | undefined, id: string): StoredEvent | undefined {
  return event?.id === id ? event : undefined;
}

/** Bytes of the event's record in the real server's transaction file: positions are offsets in it. */
function sizeOnDisk(stream: string, { type, data, metadata }: ProposedEvent): bigint {
  const fixed = 94;
  return BigInt(fixed + Buffer.byteLength(stream) + Buffer.byteLength(type) + data.length + metadata.length);
}
