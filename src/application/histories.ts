import { LRUCache } from 'lru-cache';
import type { Decider } from '../domain/decider.js';
import { deciderOf } from '../domain/deciders.js';
import { effective, fold, type Happened, isCorrecting } from '../domain/history.js';
import { chainHash } from './chain.js';
import { type EventLog, type RecordedEvent, StreamNotFound } from './ports/event-log.js';
import { readStored, type StoredEvent } from './stored-event.js';

/** What deciding needs of a stream: its folded state, and where it stands. */
export interface History {
  readonly stream: string;
  readonly decider: Decider<unknown>;
  /** The customer, rep or policy that the stream is of. */
  readonly id: string;
  state: unknown;
  /** Of its last event; undefined while there is none. */
  revision: bigint | undefined;
  lastHash: string | undefined;
  /** Revision of the first event that each request gave, by the request's id. */
  readonly requests: Map<string, number>;
}

/** Events whose folded state is kept in memory, in all; about 300 bytes each. */
const mostKeptEvents = 250_000;

/** Folded streams, kept and continued: the 2,000th visit must cost what the second did. */
export class Histories {
  private readonly kept: LRUCache<string, History>;

  constructor(
    private readonly log: EventLog,
    keptEvents = mostKeptEvents,
  ) {
    this.kept = new LRUCache({ maxSize: keptEvents, sizeCalculation: ({ revision }) => Number(revision ?? 0n) + 10 });
  }

  /** As it was last seen; another process may have recorded since. */
  find(stream: string): History | undefined {
    return this.kept.get(stream);
  }

  keep(history: History): void {
    if (history.revision !== undefined) this.kept.set(history.stream, history);
  }

  forget(stream: string): void {
    this.kept.delete(stream);
  }

  /**
   * Reads the stream; a missing one is empty.
   * @param upTo last revision to read; all of it when left out
   */
  async load(stream: string, upTo?: bigint): Promise<History> {
    const { decider, id } = deciderOf(stream);
    const events: Happened[] = [];
    const history: History = {
      stream,
      decider,
      id,
      state: undefined,
      revision: undefined,
      lastHash: undefined,
      requests: new Map(),
    };
    for await (const recorded of this.read(stream, 0n, upTo)) events.push(this.note(history, recorded));
    history.state = fold(decider, id, effective(events));
    return history;
  }

  /**
   * Continues it with what others recorded. False when there was nothing.
   * @param upTo as for `load`
   */
  async continue(history: History, upTo?: bigint): Promise<boolean> {
    const before = history.revision;
    for await (const recorded of this.read(history.stream, (before ?? -1n) + 1n, upTo)) {
      if (isCorrecting(recorded.type)) {
        Object.assign(history, await this.load(history.stream, upTo));
        return true;
      }
      history.decider.evolve(history.state, this.note(history, recorded));
    }
    return history.revision !== before;
  }

  /** The stream from its beginning, for what the folded state doesn't tell. */
  async events(stream: string): Promise<StoredEvent[]> {
    const events: StoredEvent[] = [];
    for await (const recorded of this.read(stream)) events.push(readStored(recorded));
    return events;
  }

  /** Events of a stream; none of a missing one. */
  async *read(stream: string, from = 0n, upTo?: bigint): AsyncIterable<RecordedEvent> {
    const limit = upTo === undefined ? undefined : Number(upTo - from) + 1;
    if (limit !== undefined && limit < 1) return;
    try {
      yield* this.log.read(stream, { from, limit });
    } catch (error) {
      if (!(error instanceof StreamNotFound)) throw error;
    }
  }

  private note(history: History, recorded: RecordedEvent): StoredEvent {
    const event = readStored(recorded);
    const { requestId } = event.metadata;
    if (!history.requests.has(requestId)) history.requests.set(requestId, Number(event.revision));
    history.revision = event.revision;
    history.lastHash = chainHash(recorded);
    return event;
  }
}
