import type { AllStreamResolvedEvent, AllStreamSubscription } from '@eventstore/db-client';
import type { LogHead } from '../../application/ports/event-log.js';
import type { EsdbConnection, Generation } from './connection.js';
import { EndedByServer, NoAnswer } from './errors.js';

/** Where the server goes on behind. */
export interface Place {
  readonly commit: bigint;
  readonly prepare: bigint;
}

export interface SubscriptionOptions {
  readonly filter: string;
  /** Exclusive. */
  readonly from: Place;
  readonly quietMs: number;
  head(): Promise<LogHead>;
}

/** Told in the order in which the server sent it. */
export interface Subscriber {
  event(event: AllStreamResolvedEvent, place: Place): void;
  /** Nothing that is wanted lies between the last event and this place. */
  passed(place: Place): void;
  /** Whether everything that the log held has come. */
  live(isLive: boolean): void;
  /** Once, with the reason; nothing comes after it. */
  ended(error: unknown): void;
}

/** Events that the server looks through at once, and after which it says how far it is. Its own 32 take thrice as long. */
const SEARCH_WINDOW = 2_048;
const LOOKS_PER_QUIET = 5;

/** One subscription to the log's events. It does not come back by itself. */
export class Subscription {
  private readonly generation: Generation;
  private readonly events: AllStreamSubscription;
  private readonly watch: NodeJS.Timeout;
  private received = 0;
  private lastSign = performance.now();
  private last: bigint;
  private isConfirmed = false;
  private isLive = false;
  private isClosed = false;
  private isLooking = false;
  /** What was told ahead of events that still wait inside the client: due after so many of them. */
  private pendingPlace: { readonly due: number; readonly place: Place } | undefined;
  private pendingLive: number | undefined;

  /** @throws LogUnavailable when the connection is closed */
  constructor(
    private readonly connection: EsdbConnection,
    private readonly options: SubscriptionOptions,
    private readonly subscriber: Subscriber,
  ) {
    const { filter, from, quietMs } = options;
    this.last = from.commit;
    this.generation = connection.begin();
    this.events = this.generation.client.subscribeToAll({
      credentials: connection.credentials,
      fromPosition: { ...from },
      filter: {
        filterOn: 'streamName',
        regex: filter,
        maxSearchWindow: SEARCH_WINDOW,
        checkpointInterval: 1,
        checkpointReached: (_, place) => this.passed(place),
      },
    });
    this.events
      .on('data', (event: AllStreamResolvedEvent) => this.receive(event))
      .on('confirmation', () => {
        this.isConfirmed = true;
        this.sign();
      })
      .on('caughtUp', () => {
        this.sign();
        this.pendingLive = this.received + this.events.readableLength;
        this.settle();
      })
      .on('fellBehind', () => {
        this.pendingLive = undefined;
        this.setLive(false);
      })
      // An error after the end must not be nobody's, so this listener stays.
      .on('error', (error) => this.end(error))
      .on('end', () => this.end(new EndedByServer()))
      .on('close', () => this.end(new EndedByServer()));
    this.watch = setInterval(() => this.look(), quietMs / LOOKS_PER_QUIET);
  }

  pause(): void {
    this.events.pause();
  }

  resume(): void {
    if (!this.isClosed && this.events.isPaused()) {
      this.lastSign = performance.now();
      this.events.resume();
    }
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    clearInterval(this.watch);
    // Not awaited: it settles only when the server has been found.
    this.events.unsubscribe().catch(() => undefined);
    this.events.destroy();
    this.generation.end();
  }

  private receive(event: AllStreamResolvedEvent): void {
    if (this.isClosed) return;
    this.received++;
    this.sign();
    const position = event.event?.position;
    if (position && position.commit > this.last) {
      this.last = position.commit;
      try {
        this.subscriber.event(event, position);
      } catch (error) {
        this.end(error);
        return;
      }
    }
    this.settle();
  }

  private passed(place: Place): void {
    if (this.isClosed) return;
    this.sign();
    this.pendingPlace = { due: this.received + this.events.readableLength, place };
    this.settle();
  }

  /** What was told ahead counts once everything before it has come. */
  private settle(): void {
    const { pendingPlace, pendingLive } = this;
    if (pendingPlace && this.received >= pendingPlace.due) {
      this.pendingPlace = undefined;
      if (pendingPlace.place.commit > this.last) {
        this.last = pendingPlace.place.commit;
        this.subscriber.passed(pendingPlace.place);
      }
    }
    if (pendingLive !== undefined && this.received >= pendingLive) {
      this.pendingLive = undefined;
      this.setLive(true);
    }
  }

  private setLive(isLive: boolean): void {
    if (this.isClosed || this.isLive === isLive) return;
    this.isLive = isLive;
    this.subscriber.live(isLive);
  }

  private sign(): void {
    this.lastSign = performance.now();
    this.connection.answered(this.generation);
  }

  private end(error: unknown): void {
    if (this.isClosed) return;
    this.connection.failed(this.generation, error);
    this.close();
    this.subscriber.ended(error);
  }

  /** A subscription that hears nothing may have been forgotten by a server that still answers pings. */
  private async look(): Promise<void> {
    const { quietMs } = this.options;
    if (this.isLooking || this.events.isPaused() || performance.now() - this.lastSign < quietMs) return;
    if (!this.isConfirmed || !this.isLive) return this.end(new NoAnswer(quietMs));
    this.isLooking = true;
    const { last, lastSign } = this;
    try {
      const { position } = await this.options.head();
      const hasMissed = position !== undefined && position > last && this.lastSign === lastSign;
      if (hasMissed) this.end(new NoAnswer(quietMs));
      else this.lastSign = Math.max(this.lastSign, performance.now());
    } catch (error) {
      this.end(error);
    } finally {
      this.isLooking = false;
    }
  }
}
