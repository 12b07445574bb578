import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ReadReq, ReadResp } from '@eventstore/db-client/generated/streams_pb.js';
import type { Bug } from './bugs.js';
import { type Filter, toFilter } from './filters.js';
import { Mailbox } from './mailbox.js';
import { caughtUp, checkpoint, confirmation, eventRead, nameOf } from './messages.js';
import { refusals } from './refusals.js';
import type { Store, StoredEvent } from './store.js';

/** Both the page of a catch-up and each of the two buffers of a subscription hold so many in the real server. */
const BATCH = 32;
/** How often the real server looks whether a stream that is subscribed to exists by now. */
const MISSING_STREAM_POLL_MS = 50;
/** Of the deliberate mistake: between the last page and the first live event. */
const LOSSY_MS = 100;

interface Page {
  readonly events: readonly StoredEvent[];
  /** Where the next page begins. */
  readonly next: bigint;
  /** Events looked at, whether they passed the filter or not. */
  readonly considered: number;
  readonly isEnd: boolean;
}

/** What is subscribed to: everything, by position, or a stream, by revision. */
interface Subject {
  readonly name: string;
  readonly filter?: Filter;
  /** Place of an event in the subject's own order. */
  placeOf(event: StoredEvent): bigint;
  includes(event: StoredEvent): boolean;
  /** From a place, inclusive. */
  page(from: bigint): Page | 'no-stream' | 'deleted';
  last(): bigint;
}

/**
 * A catch-up subscription as the real server runs it (Enumerators.AllSubscriptionFiltered, StreamSubscription): pages of
 * the past; then what was missed is read once more while live events are already collected; then "caught up" and the
 * live events. The client's pace holds back the past; of live events no more than the buffers hold are kept, then the
 * subscription ends as timed out, after what is buffered was delivered.
 */
export class Subscription {
  private readonly outbox = new Mailbox<ReadResp | StoredEvent>(BATCH);
  private readonly live = new Mailbox<ReadResp | StoredEvent>(BATCH);
  private isConfirmed = false;
  private isCaughtUp = false;
  private isEnded = false;
  private considered = 0;
  private unsubscribe: (() => void) | undefined;

  constructor(
    private readonly store: Store,
    private readonly subject: Subject,
    private readonly bug?: Bug,
  ) {}

  /** @param from inclusive; undefined for live events only */
  async *messages(from: bigint | undefined): AsyncGenerator<ReadResp> {
    this.run(from).catch((error: Error) => this.outbox.close(error));
    let last: bigint | undefined;
    for await (const message of this.outbox) {
      if (!isEvent(message)) yield message;
      else {
        const place = this.subject.placeOf(message);
        if (last !== undefined && place <= last) continue;
        last = place;
        yield eventRead(message);
      }
    }
  }

  /** What is buffered is still delivered. */
  end(failure?: Error): void {
    this.isEnded = true;
    this.unsubscribe?.();
    this.live.close();
    this.outbox.close(failure);
  }

  private async run(from: bigint | undefined): Promise<void> {
    const next = from === undefined ? undefined : await this.catchUp(from);
    const isLossy = this.bug === 'loses-events-while-going-live';
    if (isLossy) await pause(LOSSY_MS);
    this.listen();
    await this.confirm();
    if (next !== undefined && !isLossy) await this.readMissed(next);
    this.isCaughtUp = true;
    if (this.bug !== 'never-caught-up') await this.outbox.put(caughtUp());
    for await (const message of this.live) await this.outbox.put(message);
  }

  /** @returns where the live events take over */
  private async catchUp(from: bigint): Promise<bigint> {
    const interval = this.subject.filter?.checkpointInterval;
    for (let start = from; ; ) {
      const page = await this.pageOfExisting(start);
      if (!this.isConfirmed && this.bug === 'caught-up-too-early') await this.outbox.put(caughtUp());
      await this.confirm();
      for (const event of page.events) await this.outbox.put(event);
      this.considered += page.considered;
      if (page.isEnd) return page.next;
      if (interval && this.considered >= interval) {
        this.considered %= interval;
        await this.outbox.put(checkpoint(page.events.at(-1)?.position ?? start));
      }
      start = page.next;
    }
  }

  /** Unlike the catch-up it doesn't wait for the client: whoever is too slow for it is dropped. */
  private async readMissed(from: bigint): Promise<void> {
    const last = this.subject.last();
    for (let start = from; ; ) {
      const { events, isEnd, next } = await this.pageOfExisting(start);
      if (events.length === 0 && isEnd) return;
      for (const event of events) {
        if (this.subject.placeOf(event) > last) return;
        if (!this.outbox.tryPut(event)) return this.drop();
      }
      start = next;
    }
  }

  private listen(): void {
    if (this.isEnded || this.bug === 'never-goes-live') return;
    const alreadyThere = this.store.lastPosition;
    const interval = this.subject.filter?.checkpointInterval;
    this.unsubscribe = this.store.onCommitted((event) => {
      if (event.position <= alreadyThere) return;
      if (this.subject.includes(event) && !this.live.tryPut(event)) return this.drop();
      if (!interval || ++this.considered < interval) return;
      this.considered = 0;
      if (!this.live.tryPut(checkpoint(event.position))) this.drop();
    });
  }

  private drop(): void {
    const when = this.isCaughtUp ? 'live' : 'transitioning to live';
    this.end(refusals.timedOut(`Consumer too slow to handle event while ${when}. Client resubscription required.`));
  }

  private async pageOfExisting(start: bigint): Promise<Page> {
    while (!this.isEnded) {
      const page = this.subject.page(start);
      if (page === 'deleted') throw refusals.streamDeleted(this.subject.name);
      if (page !== 'no-stream') return page;
      await this.confirm();
      await pause(MISSING_STREAM_POLL_MS);
    }
    throw refusals.cancelled();
  }

  private async confirm(): Promise<void> {
    if (this.isConfirmed) return;
    this.isConfirmed = true;
    await this.outbox.put(confirmation(randomUUID()));
  }
}

/** @returns the subscription, and where it starts, inclusive: after the event that the client names as its last */
export function subscriptionTo(store: Store, options: ReadReq.Options, bug?: Bug) {
  const all = options.getAll();
  if (all) {
    const filter = options.hasFilter() && bug !== 'forgets-filter' ? toFilter(options.getFilter()!) : undefined;
    return {
      subscription: new Subscription(store, everything(store, filter), bug),
      start: startOfAll(store, all, bug),
    };
  }
  const stream = options.getStream()!;
  const start = stream.hasEnd() ? undefined : stream.hasRevision() ? BigInt(stream.getRevision()) + 1n : 0n;
  return { subscription: new Subscription(store, oneStream(store, nameOf(stream.getStreamIdentifier())), bug), start };
}

/** The real server reads one event from the position on and begins after it, whichever it was. @throws Refusal */
function startOfAll(store: Store, options: ReadReq.Options.AllOptions, bug?: Bug): bigint | undefined {
  if (options.hasEnd()) return undefined;
  const after = BigInt(options.getPosition()?.getCommitPosition() ?? 0n);
  if (after === 0n || bug === 'inclusive-subscription') return after;
  if (!store.isBoundary(after)) throw refusals.unknown('Exception was thrown by handler.');
  return store.all[store.indexOf(after)]?.end ?? after;
}

function everything(store: Store, filter: Filter | undefined): Subject {
  return {
    name: '$all',
    filter,
    placeOf: (event) => event.position,
    includes: (event) => filter?.matches(event) ?? true,
    page: (from) => {
      const events: StoredEvent[] = [];
      const first = store.indexOf(from);
      let index = first;
      const isFull = () => events.length === BATCH || index - first === (filter?.window ?? BATCH);
      while (!isFull() && index < store.all.length) {
        const event = store.all[index++]!;
        if (filter?.matches(event) ?? true) events.push(event);
      }
      const isEnd = !isFull();
      return { events, next: store.all[index - 1]?.end ?? from, considered: index - first, isEnd };
    },
    last: () => store.lastPosition,
  };
}

function oneStream(store: Store, name: string): Subject {
  return {
    name,
    placeOf: (event) => event.revision,
    includes: (event) => event.stream === name,
    page: (from) => {
      const stored = store.read(name);
      if (typeof stored === 'string') return stored;
      const events = stored.filter(({ revision }) => revision >= from).slice(0, BATCH);
      const next = (events.at(-1)?.revision ?? from - 1n) + 1n;
      return { events, next, considered: events.length, isEnd: next > (stored.at(-1)?.revision ?? -1n) };
    },
    last: () => {
      const stored = store.read(name);
      return typeof stored === 'string' ? -1n : (stored.at(-1)?.revision ?? -1n);
    },
  };
}

function isEvent(message: ReadResp | StoredEvent): message is StoredEvent {
  return 'position' in message;
}
