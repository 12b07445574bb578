import type { ServerResponse } from 'node:http';
import type { EventLog, FollowedBatch, Following, RecordedEvent } from '../../application/ports/event-log.js';
import type { KeyRing } from '../../application/ports/key-ring.js';
import { formatPosition } from '../../application/ports/position.js';
import { openDeep } from '../../application/sealing.js';
import { readStored } from '../../application/stored-event.js';
import { cloudEvent } from './cloud-event.js';
import { Problem } from './problem.js';

export interface FeedRequest {
  /** Exclusive. */
  readonly after: bigint | undefined;
  readonly wanted: (event: RecordedEvent) => boolean;
}

export interface FeedOptions {
  /** Default 15 seconds. */
  readonly heartbeatMs?: number;
  /** Listeners at once; default 100. */
  readonly most?: number;
}

/** How long a listener may leave what was sent unread. */
const patienceMs = 60_000;

/** The live feed: events of the log, from any process, as server-sent events. */
export class Feed {
  private readonly listeners = new Set<() => void>();
  private readonly heartbeatMs: number;
  private readonly most: number;

  constructor(
    private readonly log: EventLog,
    private readonly keyRing: KeyRing,
    options: FeedOptions = {},
  ) {
    this.heartbeatMs = options.heartbeatMs ?? 15_000;
    this.most = options.most ?? 100;
  }

  get size(): number {
    return this.listeners.size;
  }

  /** @throws Problem when too many listen already */
  assertRoom(): void {
    if (this.size >= this.most) {
      throw new Problem(503, `${this.most} listeners have the feed already.`, { retryAfter: 30 });
    }
  }

  /** Sends until the listener or the service goes away. Never reads further ahead than the listener follows. */
  send(response: ServerResponse, { after, wanted }: FeedRequest): void {
    let handled = after;
    let unreadSince: number | undefined;
    let following: Following | undefined;
    const write = async (text: string): Promise<void> => {
      if (response.write(text) || response.destroyed) return;
      unreadSince = Date.now();
      await new Promise<void>((resolve) => {
        const go = () => {
          response.off('drain', go).off('close', go);
          resolve();
        };
        response.on('drain', go).on('close', go);
      });
      unreadSince = undefined;
    };
    const heartbeat = setInterval(() => {
      if (unreadSince !== undefined) {
        if (Date.now() - unreadSince > patienceMs) response.destroy();
      } else if (!response.writableNeedDrain) {
        response.write(
          handled === undefined ? ': here\n\n' : `: here\nid: ${formatPosition(this.log.id, handled)}\n\n`,
        );
      }
    }, this.heartbeatMs);
    const end = () => {
      clearInterval(heartbeat);
      this.listeners.delete(end);
      // Not awaited: it settles only after the handler has, which may be what called this.
      following?.stop().catch(() => {});
      if (!response.writableEnded) response.end();
    };
    this.listeners.add(end);
    response.on('close', end);
    response.on('error', end);
    response.write(
      after === undefined ? 'retry: 1000\n\n' : `retry: 1000\nid: ${formatPosition(this.log.id, after)}\n\n`,
    );
    const handle = async ({ events }: FollowedBatch) => {
      for (const event of events) {
        if (response.destroyed || response.writableEnded) return;
        if (wanted(event)) {
          const told = await this.told(event);
          await write(`id: ${told.position}\nevent: ${told.type}\ndata: ${JSON.stringify(told)}\n\n`);
        }
        handled = event.position;
      }
    };
    following = this.log.follow(
      (batch) =>
        handle(batch).catch(() => {
          // An event that can't be told: the listener is cut off rather than left believing that nothing happened.
          response.destroy();
        }),
      { after, batchSize: 200 },
    );
    if (response.destroyed) end();
  }

  private async told(recorded: RecordedEvent) {
    const { recordedAt, originalRecordedAt = recordedAt } = recorded;
    const event = readStored(recorded);
    return cloudEvent(this.log.id, {
      ...event,
      position: formatPosition(this.log.id, event.position),
      revision: String(event.revision),
      // The log's own stamp: where its clock stepped back, the audit log shows the later time that counts.
      recordedAt: new Date(originalRecordedAt).toISOString(),
      data: await openDeep(event.data, this.keyRing),
    });
  }

  /** Ends every answer that is under way, so that the service can stop. */
  close(): void {
    for (const end of [...this.listeners]) end();
  }
}
