import { randomBytes } from 'node:crypto';
import {
  type Appended,
  EventLog,
  type ExpectedRevision,
  type Following,
  type LogHead,
  type NewEvent,
  type ReadAllOptions,
  type ReadStreamOptions,
  type RecordedEvent,
  StreamNotFound,
  WrongExpectedRevision,
} from '../../application/ports/event-log.js';
import { KeyRing, type SubjectKey } from '../../application/ports/key-ring.js';

/** A log that records in memory only, on top of what is stored: a dry run tells what would be recorded, repeated or refused. */
export class UnwrittenLog extends EventLog {
  readonly id: string;
  override readonly appendsWithoutGaps = true;
  private readonly unwritten = new Map<string, RecordedEvent[]>();
  private position = 0n;

  /** @param stored what is there already; an empty log when left out */
  constructor(private readonly stored?: EventLog) {
    super();
    this.id = stored?.id ?? 'dryrun';
  }

  async append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Promise<Appended> {
    const actual = await this.lastRevision(stream);
    const isExpected =
      expected === 'any' || (expected === 'none' ? actual === undefined : expected === 'exists' || expected === actual);
    if (!isExpected) throw new WrongExpectedRevision(stream, expected, actual);
    let revision = actual ?? -1n;
    const recordedAt = Date.now();
    const own = this.unwritten.get(stream) ?? [];
    for (const event of events)
      own.push({ ...event, stream, revision: ++revision, position: ++this.position, recordedAt });
    this.unwritten.set(stream, own);
    return { revision, position: this.position, repeated: false };
  }

  async *read(stream: string, options: ReadStreamOptions = {}): AsyncIterable<RecordedEvent> {
    const own = this.unwritten.get(stream);
    if (!own) {
      if (!this.stored) throw new StreamNotFound(stream);
      yield* this.stored.read(stream, options);
      return;
    }
    const { direction = 'forwards', from, limit = Number.POSITIVE_INFINITY } = options;
    const all = [...(await this.storedEvents(stream)), ...own];
    if (direction === 'backwards') all.reverse();
    const isWithin = ({ revision }: RecordedEvent) =>
      from === undefined || (direction === 'backwards' ? revision <= from : revision >= from);
    yield* all.filter(isWithin).slice(0, limit);
  }

  readAll(_options?: ReadAllOptions): AsyncIterable<RecordedEvent> {
    throw new Error('A dry run is not read as a whole.');
  }

  follow(): Following {
    throw new Error('A dry run is not followed.');
  }

  async head(): Promise<LogHead> {
    return this.stored ? this.stored.head() : { position: undefined };
  }

  async tombstone(): Promise<void> {
    throw new Error('A dry run removes nothing.');
  }

  async close(): Promise<void> {
    await this.stored?.close();
  }

  private async lastRevision(stream: string): Promise<bigint | undefined> {
    const own = this.unwritten.get(stream)?.at(-1);
    if (own) return own.revision;
    const [last] = await this.storedEvents(stream, { direction: 'backwards', limit: 1 });
    return last?.revision;
  }

  private async storedEvents(stream: string, options?: ReadStreamOptions): Promise<RecordedEvent[]> {
    if (!this.stored) return [];
    try {
      const events: RecordedEvent[] = [];
      for await (const event of this.stored.read(stream, options)) events.push(event);
      return events;
    } catch (error) {
      if (error instanceof StreamNotFound) return [];
      throw error;
    }
  }
}

/** Keys for a dry run: those that are there, and one that is forgotten afterwards for everybody else. */
export class UnwrittenKeyRing extends KeyRing {
  private readonly made = randomBytes(32);

  constructor(private readonly keyRing?: KeyRing) {
    super();
  }

  async keyFor(subject: string): Promise<Buffer> {
    return (await this.find([subject])).get(subject) ?? this.made;
  }

  async find(subjects: ReadonlySet<string> | readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
    return this.keyRing?.find(subjects) ?? new Map();
  }

  requestKey(): Buffer {
    return this.keyRing?.requestKey() ?? this.made;
  }

  async destroy(): Promise<void> {
    throw new Error('A dry run destroys nothing.');
  }

  keys(): AsyncIterable<SubjectKey> {
    throw new Error('A dry run is not moved.');
  }

  destroyed(): AsyncIterable<string> {
    throw new Error('A dry run is not moved.');
  }

  async adopt(): Promise<void> {
    throw new Error('A dry run takes nothing over.');
  }

  async close(): Promise<void> {
    await this.keyRing?.close();
  }
}
