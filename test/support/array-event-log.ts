import {
  type Appended,
  EventLog,
  type ExpectedRevision,
  type FollowedBatch,
  type Following,
  type FollowOptions,
  type LogHead,
  type NewEvent,
  type ReadAllOptions,
  type RecordedEvent,
} from '../../src/application/ports/event-log.js';

/** A log in memory for tests of what follows a log: events are put into it as they are. */
export class ArrayEventLog extends EventLog {
  readonly events: RecordedEvent[] = [];
  private readonly wakeUps = new Set<() => void>();

  constructor(readonly id = 'test') {
    super();
  }

  put(...events: readonly RecordedEvent[]): void {
    this.events.push(...events);
    for (const wakeUp of this.wakeUps) wakeUp();
  }

  append(_stream: string, _events: readonly NewEvent[], _expected: ExpectedRevision): Promise<Appended> {
    throw new Error('Put recorded events instead.');
  }

  async *read(stream: string): AsyncIterable<RecordedEvent> {
    yield* this.events.filter((event) => event.stream === stream);
  }

  async *readAll({ from = 0n, after = from - 1n, limit }: ReadAllOptions = {}): AsyncIterable<RecordedEvent> {
    yield* this.events.filter((event) => event.position > after).slice(0, limit);
  }

  follow(handle: (batch: FollowedBatch) => Promise<void> | void, options: FollowOptions = {}): Following {
    let isStopped = false;
    let next = this.events.findIndex((event) => event.position > (options.after ?? -1n));
    if (next < 0) next = this.events.length;
    const batchSize = options.batchSize ?? 1_000;
    const run = async () => {
      let told = false;
      while (!isStopped) {
        await new Promise((resolve) => setImmediate(resolve));
        const events = this.events.slice(next, next + batchSize);
        next += events.length;
        if (events.length > 0 || !told) await handle({ events, caughtUp: next >= this.events.length });
        told = next >= this.events.length;
        if (isStopped || next < this.events.length) continue;
        await new Promise<void>((resolve) => {
          const wakeUp = () => {
            this.wakeUps.delete(wakeUp);
            resolve();
          };
          this.wakeUps.add(wakeUp);
        });
      }
    };
    const done = run();
    return {
      done,
      stop: () => {
        isStopped = true;
        for (const wakeUp of this.wakeUps) wakeUp();
        return done;
      },
    };
  }

  head(): Promise<LogHead> {
    return Promise.resolve({ position: this.events.at(-1)?.position });
  }

  tombstone(): Promise<void> {
    throw new Error('Nothing is removed here.');
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
