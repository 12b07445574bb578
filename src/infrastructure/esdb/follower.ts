import { setImmediate as nextTurn } from 'node:timers/promises';
import type { AllStreamResolvedEvent } from '@eventstore/db-client';
import type {
  FollowedBatch,
  Following,
  FollowOptions,
  LogHead,
  RecordedEvent,
} from '../../application/ports/event-log.js';
import type { EsdbConnection } from './connection.js';
import { failureOf, portError } from './errors.js';
import { type Place, Subscription } from './subscription.js';

/** What the follower needs of the log. */
export interface FollowedEsdb {
  readonly connection: EsdbConnection;
  /** Regular expression of the stream names that the server is to send. */
  readonly filter: string;
  /** Position before which there is nothing of this log. */
  readonly first: bigint;
  /** How long a subscription may be silent before it is looked whether there is something wrong. */
  readonly quietMs: number;
  /** Undefined for what is not for the port's eyes. */
  recorded(event: AllStreamResolvedEvent): RecordedEvent | undefined;
  head(): Promise<LogHead>;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 5_000;
/** A burst while the handler is at work must not count as slowness at once: the server itself only waits for 32 events. */
const LEAST_WAITING = 4_096;

/**
 * Hands out the log in order, from a position on, until it is stopped. A subscription fills the inbox; when it ends, as
 * subscriptions do, the next one goes on behind the last event that came. The handler empties the inbox.
 */
export class EsdbFollower implements Following {
  readonly done: Promise<void>;
  private readonly room: number;
  private readonly stopping = new AbortController();
  private inbox: RecordedEvent[] = [];
  private subscription: Subscription | undefined;
  /** Where the next subscription begins, exclusively. */
  private place: Place;
  /** Events up to here are not wanted. */
  private readonly after: bigint;
  private isLive = false;
  private hasToldCaughtUp = false;
  private arrived: () => void = () => undefined;
  private emptied: () => void = () => undefined;

  constructor(
    private readonly log: FollowedEsdb,
    private readonly handle: (batch: FollowedBatch) => Promise<void> | void,
    private readonly options: Required<Pick<FollowOptions, 'batchSize'>> & Pick<FollowOptions, 'after' | 'onError'>,
  ) {
    const { after } = options;
    this.after = after === undefined || after < log.first ? log.first : after;
    this.place = { commit: this.after, prepare: this.after };
    this.room = Math.max(LEAST_WAITING, 4 * options.batchSize);
    this.stopping.signal.addEventListener('abort', () => {
      this.arrived();
      this.emptied();
    });
    this.done = this.run();
  }

  stop(): Promise<void> {
    this.stopping.abort();
    return this.done;
  }

  private get isStopped(): boolean {
    return this.stopping.signal.aborted;
  }

  private async run(): Promise<void> {
    // The caller gets hold of the following before the first batch comes.
    await nextTurn();
    await Promise.all([this.fill(), this.empty()]);
  }

  private async empty(): Promise<void> {
    let failures = 0;
    let batch: FollowedBatch | undefined;
    while (!this.isStopped) {
      batch ??= this.take();
      if (!batch) {
        await new Promise<void>((resolve) => {
          this.arrived = resolve;
        });
        continue;
      }
      try {
        await this.handle(batch);
        batch = undefined;
        failures = 0;
        // A handler that never waits must not keep the rest of the process from its turn.
        await nextTurn();
      } catch (error) {
        this.tell(error);
        await this.pause(failures++);
      }
    }
  }

  private take(): FollowedBatch | undefined {
    const { batchSize } = this.options;
    let events = this.inbox;
    if (events.length > batchSize) {
      this.inbox = events.slice(batchSize);
      events = events.slice(0, batchSize);
    } else {
      this.inbox = [];
    }
    const caughtUp = this.isLive && this.inbox.length === 0;
    if (events.length === 0 && (!caughtUp || this.hasToldCaughtUp)) return undefined;
    this.hasToldCaughtUp = caughtUp;
    if (this.inbox.length <= this.room / 2) {
      this.subscription?.resume();
      this.emptied();
    }
    return { events, caughtUp };
  }

  private async fill(): Promise<void> {
    let failures = 0;
    while (!this.isStopped) {
      // A new subscription would only be too slow again.
      while (this.inbox.length > this.room / 2 && !this.isStopped) {
        await new Promise<void>((resolve) => {
          this.emptied = resolve;
        });
      }
      if (this.isStopped) return;
      const before = this.place.commit;
      const error = await this.subscribe();
      if (this.isStopped) return;
      const hasAdvanced = this.place.commit > before;
      if (hasAdvanced) failures = 0;
      // Being dropped for slowness is part of a subscriber's life: the server only waits for 32 events.
      if (hasAdvanced && failureOf(error).kind === 'timed-out') continue;
      if (failureOf(error).kind === 'unexplained' && !hasAdvanced && failures > 0 && before > this.log.first) {
        // The caller's position may be one at which no event begins. What lies before it is passed over.
        this.place = { commit: this.log.first, prepare: this.log.first };
      }
      this.tell(portError(error, { server: this.log.connection.described }));
      await this.pause(failures++);
    }
  }

  /** One subscription, until it ends. @returns why */
  private async subscribe(): Promise<unknown> {
    const { log } = this;
    try {
      return await new Promise<unknown>((resolve) => {
        const subscription = new Subscription(
          log.connection,
          { filter: log.filter, from: this.place, quietMs: log.quietMs, head: () => log.head() },
          {
            event: (event, place) => this.receive(event, place),
            passed: (place) => {
              this.place = place;
            },
            live: (isLive) => {
              this.isLive = isLive;
              if (isLive) this.arrived();
            },
            ended: resolve,
          },
        );
        this.subscription = subscription;
        this.stopping.signal.addEventListener('abort', () => resolve(undefined), { once: true });
      });
    } catch (error) {
      return error;
    } finally {
      this.subscription?.close();
      this.subscription = undefined;
      this.isLive = false;
    }
  }

  private receive(resolved: AllStreamResolvedEvent, place: Place): void {
    const event = this.log.recorded(resolved);
    this.place = place;
    if (!event || event.position <= this.after) return;
    this.inbox.push(event);
    if (this.inbox.length >= this.room) this.subscription?.pause();
    this.arrived();
  }

  private tell(error: unknown): void {
    // Whoever was told of a failure is told as well when it is over.
    this.hasToldCaughtUp = false;
    try {
      this.options.onError?.(error);
    } catch {
      // Whoever listens to the errors can't end the following.
    }
  }

  private async pause(failures: number): Promise<void> {
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, 10));
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, longest * (0.5 + Math.random() / 2));
      const stop = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.isStopped) stop();
      else this.stopping.signal.addEventListener('abort', stop, { once: true });
    });
  }
}
