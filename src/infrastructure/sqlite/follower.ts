import { setImmediate as nextTurn } from 'node:timers/promises';
import type { FollowedBatch, Following, FollowOptions, RecordedEvent } from '../../application/ports/event-log.js';

const FIRST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 5_000;

/** What the follower needs of the log. */
export interface FollowedLog {
  /** The events after a position, at most so many, and whether the log held more. */
  page(after: bigint, limit: number): Promise<FollowedBatch>;
  /** Settles when something may have been written, or after a while; the returned function gives up waiting. */
  somethingNew(): { readonly settled: Promise<void>; cancel(): void };
}

/** Hands out the log in order, from a position on, until it is stopped. */
export class Follower implements Following {
  readonly done: Promise<void>;
  private isStopped = false;
  private wake: () => void = () => undefined;

  constructor(
    private readonly log: FollowedLog,
    private readonly handle: (batch: FollowedBatch) => Promise<void> | void,
    private readonly options: Required<Pick<FollowOptions, 'after' | 'batchSize'>> & Pick<FollowOptions, 'onError'>,
  ) {
    this.done = this.run();
  }

  stop(): Promise<void> {
    this.isStopped = true;
    this.wake();
    return this.done;
  }

  private async run(): Promise<void> {
    let { after } = this.options;
    let next: FollowedBatch | undefined;
    let wasCaughtUp = false;
    let failures = 0;
    // The caller gets hold of the following before the first batch comes.
    await nextTurn();
    while (!this.isStopped) {
      try {
        next ??= await this.log.page(after, this.options.batchSize);
        const batch = next;
        const last = batch.events.at(-1);
        if (!last && wasCaughtUp) {
          next = undefined;
          await this.waitForMore();
          continue;
        }
        // Kept in `next` until it has been handled: a handler that throws gets the very same events again.
        next = await this.handOver(batch, last);
        failures = 0;
        after = last?.position ?? after;
        wasCaughtUp = batch.caughtUp;
        // A handler that never waits must not keep the rest of the process from its turn.
        await nextTurn();
      } catch (error) {
        this.tell(error);
        // Whoever was told of the trouble is told of its end as well.
        wasCaughtUp = false;
        await this.pause(failures++);
      }
    }
  }

  /**
   * While catching up, the next page is read while the handler is at work on this one.
   * @returns the next page, if it was read
   */
  private async handOver(batch: FollowedBatch, last: RecordedEvent | undefined): Promise<FollowedBatch | undefined> {
    const handled = this.handle(batch);
    // An error of reading ahead is met again, and dealt with, when it is that page's turn.
    const ahead =
      handled && last && !batch.caughtUp
        ? this.log.page(last.position, this.options.batchSize).catch(() => undefined)
        : undefined;
    await handled;
    return ahead;
  }

  private tell(error: unknown): void {
    try {
      this.options.onError?.(error);
    } catch {
      // Whoever listens to the errors can't end the following.
    }
  }

  private async waitForMore(): Promise<void> {
    const { settled, cancel } = this.log.somethingNew();
    this.wake = cancel;
    if (this.isStopped) cancel();
    await settled;
  }

  private async pause(failures: number): Promise<void> {
    const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures, 10));
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, longest * (0.5 + Math.random() / 2));
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
      if (this.isStopped) this.wake();
    });
  }
}
