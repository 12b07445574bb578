import type { AllStreamResolvedEvent, ResolvedEvent } from '@eventstore/db-client';
import type { RecordedEvent } from '../../application/ports/event-log.js';
import type { EsdbConnection } from './connection.js';
import { failureOf } from './errors.js';
import type { OwnStreams } from './own-streams.js';
import { answers } from './reading.js';
import { recordedEvent } from './stored-form.js';

type Events = AsyncGenerator<RecordedEvent, void, undefined>;

/** Backwards from the end, the first own event is mostly near. */
const FIRST_PAGE = 8;
const LARGEST_PAGE = 2_048;

/**
 * The log's events among all those of the server, which may hold other things: the client can't have the server filter
 * them, except in a subscription. Errors are the client's.
 */
export class AllEvents {
  /** Of the last event that this process has seen, in whatever way. */
  highest: bigint | undefined;

  constructor(
    private readonly connection: EsdbConnection,
    private readonly streams: OwnStreams,
    /** Position before which there is nothing of this log. */
    readonly first: bigint,
    private readonly quietMs: number,
  ) {}

  /** The event as the port knows it; undefined for what is not for the port's eyes. */
  own(resolved: AllStreamResolvedEvent): RecordedEvent | undefined {
    const { event } = resolved;
    const stream = event && this.streams.nameOf(event.streamId, event.type);
    if (stream === undefined) return undefined;
    const recorded = recordedEvent(stream, resolved as ResolvedEvent);
    this.note(recorded.position);
    return recorded;
  }

  note(position: bigint): void {
    if (this.highest === undefined || position > this.highest) this.highest = position;
  }

  /** From a position on, up to the end as it is now. */
  async *forwards(start: bigint, isWanted: (position: bigint) => boolean): Events {
    const end = await this.serverEnd();
    let hasAnswered = false;
    try {
      for await (const event of this.between(start > this.first ? start : this.first, end, isWanted)) {
        hasAnswered = true;
        yield event;
      }
    } catch (error) {
      if (hasAnswered || start <= this.first || failureOf(error).kind !== 'unexplained') throw error;
      // The server only starts where an event begins. None does there, so it is looked for from the beginning.
      yield* this.between(this.first, end, isWanted);
    }
  }

  /**
   * In growing pages: where others write to the same server, the last event is found at little cost.
   * @param before exclusive; from the end when left out
   * @param floor exclusive
   */
  async *backwards(before: bigint | undefined, floor = this.first): Events {
    let start = before;
    for (let page = FIRST_PAGE; ; page = Math.min(page * 4, LARGEST_PAGE)) {
      let count = 0;
      for await (const resolved of this.page(start, page)) {
        const position = resolved.event?.position.commit ?? floor;
        if (position <= floor) return;
        count++;
        start = position;
        const event = this.own(resolved);
        if (event) yield event;
      }
      if (count === 0) return;
    }
  }

  private async *between(start: bigint, end: bigint, isWanted: (position: bigint) => boolean): Events {
    for await (const resolved of this.read('forwards', start)) {
      // Where others write to the same server, its end may run ahead of the reader for ever.
      if (resolved.event && resolved.event.position.commit > end) return;
      const event = this.own(resolved);
      if (event && isWanted(event.position)) yield event;
    }
  }

  private async *page(before: bigint | undefined, count: number): AsyncGenerator<AllStreamResolvedEvent> {
    try {
      yield* this.read('backwards', before, count);
    } catch (error) {
      if (before === undefined || failureOf(error).kind !== 'unexplained') throw error;
      // No event begins there.
      for await (const resolved of this.read('backwards', undefined)) {
        if ((resolved.event?.position.commit ?? before) < before) yield resolved;
      }
    }
  }

  /** Position of the last event on the server, whosever it is. */
  private async serverEnd(): Promise<bigint> {
    for await (const { event } of this.read('backwards', undefined, 1)) if (event) return event.position.commit;
    return this.first;
  }

  private read(
    direction: 'forwards' | 'backwards',
    start: bigint | undefined,
    maxCount?: number,
  ): AsyncGenerator<AllStreamResolvedEvent> {
    const fromPosition = start === undefined ? ('end' as const) : { commit: start, prepare: start };
    return answers<AllStreamResolvedEvent>(
      this.connection,
      (client, call) => client.readAll({ ...call, direction, fromPosition, maxCount }),
      this.quietMs,
    );
  }
}
