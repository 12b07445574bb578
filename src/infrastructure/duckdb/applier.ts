import { setTimeout as pause } from 'node:timers/promises';
import {
  type EventLog,
  type FollowedBatch,
  LogUnavailable,
  type RecordedEvent,
} from '../../application/ports/event-log.js';
import type { LocalDays } from './local-days.js';
import { ChunkPool, type PresentedEvents, presentEvents, together, UnpresentableEvent } from './presented-events.js';
import type { Projector } from './projector.js';

export interface ApplierOptions {
  /** `bulk` fills a generation that nobody reads yet; `live` keeps one that is read at most a moment behind. */
  readonly mode: 'bulk' | 'live';
  /** Events taken from the log at once. */
  readonly batchSize: number;
  /** Events per transaction, at most; not less than `batchSize`. */
  readonly transactionSize: number;
  /** After how many events in bulk everything is worked into the file; until then it takes memory. */
  readonly checkpointEvery: number;
  readonly days: LocalDays;
  /** Shortest time between the beginnings of two live transactions, milliseconds; the first after a lull starts at once. */
  readonly intervalMs: number;
  readonly onApplied: (batch: PresentedEvents) => void;
  readonly onCaughtUp: () => void;
  /** Undefined once the trouble is over. */
  readonly onProblem: (problem: string | undefined) => void;
  /** The log can't be reached; undefined once it can. */
  readonly onSilence: (reason: string | undefined) => void;
}

/** Events read from the log at once: reading is synchronous where the log is a file, and others wait for their turn. */
const PAGE = 2_000;
const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 30_000;

class ApplyFailed extends Error {
  constructor(
    readonly first: RecordedEvent,
    readonly count: number,
    cause: unknown,
  ) {
    super(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}

/**
 * Follows the log and applies its events, in order, from the projector's checkpoint on.
 *
 * What fails is tried again from the checkpoint, in ever smaller batches, so that everything before a bad event is
 * applied and the event itself can be named. It is never skipped.
 */
export class Applier {
  readonly done: Promise<void>;
  private readonly stopping = new AbortController();
  private largest: number;
  private sinceCheckpoint = 0;
  private readonly pool = new ChunkPool();

  constructor(
    private readonly log: EventLog,
    private readonly projector: Projector,
    private readonly options: ApplierOptions,
  ) {
    this.largest = options.transactionSize;
    this.done = this.run();
  }

  /** Settles when nothing is being applied any more. */
  stop(): Promise<void> {
    this.stopping.abort();
    return this.done;
  }

  private get isStopped(): boolean {
    return this.stopping.signal.aborted;
  }

  private async run(): Promise<void> {
    let failures = 0;
    while (!this.isStopped) {
      const before = this.projector.checkpoint().position;
      try {
        await this.followFrom(before);
      } catch (error) {
        this.projector.keys.forgetUnstored();
        if (this.projector.checkpoint().position !== before) failures = 0;
        if (!(await this.recover(error, failures))) failures++;
      }
    }
  }

  /** @returns true when the next attempt may come at once, with fewer events */
  private async recover(error: unknown, failures: number): Promise<boolean> {
    if (error instanceof ApplyFailed && error.count > 1) {
      this.largest = Math.ceil(error.count / 2);
      return true;
    }
    const sentence =
      error instanceof ApplyFailed && !(error.cause instanceof UnpresentableEvent)
        ? `Event ${error.first.type} at position ${error.first.position} can't be applied: ${error.message}`
        : error instanceof Error
          ? error.message
          : String(error);
    this.options.onProblem(sentence);
    await this.sleep(Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** failures));
    return false;
  }

  private async followFrom(after: bigint | undefined): Promise<void> {
    const inbox = new Inbox(this.options.batchSize);
    let hasLogFailed = false;
    const hand = (batch: FollowedBatch) => {
      if (hasLogFailed) this.options.onProblem(undefined);
      hasLogFailed = false;
      this.options.onSilence(undefined);
      return inbox.put(batch);
    };
    const following = this.log.follow(hand, {
      ...(after === undefined ? {} : { after }),
      batchSize: PAGE,
      onError: (error) => {
        if (error instanceof LogUnavailable) {
          this.options.onSilence(error.message);
          return;
        }
        hasLogFailed = true;
        this.options.onProblem(error instanceof Error ? error.message : String(error));
      },
    });
    const stop = () => inbox.close();
    this.stopping.signal.addEventListener('abort', stop);
    if (this.isStopped) inbox.close();
    try {
      await this.applyAll(inbox);
    } finally {
      this.stopping.signal.removeEventListener('abort', stop);
      inbox.close();
      await following.stop();
    }
  }

  /** The next events are made ready while the database is at work on these. */
  private async applyAll(inbox: Inbox): Promise<void> {
    let applying: Promise<void> = Promise.resolve();
    let recordedAt = this.projector.checkpoint().recordedAt;
    let startedAt = 0;
    let took = 0;
    const isBulk = this.options.mode === 'bulk';
    const gathered: PresentedEvents[] = [];
    let first: RecordedEvent | undefined;
    let count = 0;
    try {
      for (;;) {
        if (!isBulk || inbox.isCaughtUp) await applying;
        if (inbox.isCaughtUp) this.options.onCaughtUp();
        await inbox.filled();
        if (inbox.isClosed) return;
        if (!isBulk) {
          // Where the machine is so busy that a transaction takes long, those who record go first: fewer, larger ones.
          const interval = Math.min(Math.max(took * 2, this.options.intervalMs), this.options.intervalMs * 2);
          await this.sleep(startedAt + interval - performance.now());
          startedAt = performance.now();
        }
        const events = inbox.take(Math.min(this.options.batchSize, this.largest - count));
        if (events.length > 0) {
          first ??= events[0]!;
          count += events.length;
          const presenting = presentEvents(events, recordedAt, this.projector.keys, this.options.days, this.pool);
          const piece = await this.failingFor(first, count, presenting);
          recordedAt = piece.recordedAt;
          gathered.push(piece);
        }
        if (!first || (isBulk && count < this.largest && !inbox.isCaughtUp)) continue;
        await applying;
        applying = this.failingFor(first, count, this.apply(together(gathered.splice(0))));
        first = undefined;
        count = 0;
        // Awaited in the next round; until then a failure is nobody's.
        const noteTime = () => {
          took = performance.now() - startedAt;
        };
        applying.then(noteTime, noteTime);
      }
    } finally {
      await applying.catch(() => undefined);
    }
  }

  private async apply(batch: PresentedEvents): Promise<void> {
    const isBulk = this.options.mode === 'bulk';
    await this.projector.apply(batch, { superseding: isBulk ? 'later' : 'now' });
    this.sinceCheckpoint += batch.count;
    if (isBulk && this.sinceCheckpoint >= this.options.checkpointEvery) {
      await this.projector.checkpointFile();
      this.sinceCheckpoint = 0;
    }
    this.largest = Math.min(this.options.transactionSize, this.largest * 2);
    this.options.onProblem(undefined);
    this.options.onApplied(batch);
  }

  private async failingFor<T>(first: RecordedEvent, count: number, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw new ApplyFailed(first, count, error);
    }
  }

  private async sleep(ms: number): Promise<void> {
    if (ms > 0) await pause(ms, undefined, { signal: this.stopping.signal }).catch(() => undefined);
  }
}

/** Between the follower, which hands over, and the applier, which takes as much as it can use at once. */
class Inbox {
  /** Everything that the log held has been taken. */
  isCaughtUp = false;
  isClosed = false;
  private events: readonly RecordedEvent[] = [];
  private endsWithLast = false;
  private whenFilled: () => void = () => undefined;
  private whenRoom: () => void = () => undefined;

  constructor(private readonly capacity: number) {}

  put(batch: FollowedBatch): Promise<void> | void {
    if (this.isClosed) return;
    this.events = this.events.length === 0 ? batch.events : this.events.concat(batch.events);
    this.isCaughtUp = batch.caughtUp && this.events.length === 0;
    this.endsWithLast = batch.caughtUp;
    this.whenFilled();
    if (this.events.length < this.capacity) return;
    return new Promise((resolve) => {
      this.whenRoom = resolve;
    });
  }

  take(limit: number): readonly RecordedEvent[] {
    const taken = this.events.length <= limit ? this.events : this.events.slice(0, limit);
    this.events = this.events.length <= limit ? [] : this.events.slice(limit);
    if (this.events.length === 0) this.isCaughtUp = this.endsWithLast;
    if (this.events.length < this.capacity) this.whenRoom();
    return taken;
  }

  /** Settles when there are events, or something was learnt, or it was closed. */
  filled(): Promise<void> {
    if (this.events.length > 0 || this.isClosed) return Promise.resolve();
    return new Promise((resolve) => {
      this.whenFilled = resolve;
    });
  }

  close(): void {
    this.isClosed = true;
    this.whenFilled();
    this.whenRoom();
  }
}
