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
  type ReadStreamOptions,
  type RecordedEvent,
} from '../application/ports/event-log.js';

export type Append = (
  stream: string,
  events: readonly NewEvent[],
  expected: ExpectedRevision,
  append: () => Promise<Appended>,
) => Promise<Appended>;

/** A log with something between it and whoever appends to it. Behind it is a real one. */
export class InterposedLog extends EventLog {
  readonly id: string;
  override readonly appendsWithoutGaps: boolean;

  constructor(
    private readonly log: EventLog,
    /** Left out, appends go through as they are. */
    public between: Append = (_stream, _events, _expected, append) => append(),
  ) {
    super();
    this.id = log.id;
    this.appendsWithoutGaps = log.appendsWithoutGaps;
  }

  append(stream: string, events: readonly NewEvent[], expected: ExpectedRevision): Promise<Appended> {
    return this.between(stream, events, expected, () => this.log.append(stream, events, expected));
  }

  read(stream: string, options?: ReadStreamOptions): AsyncIterable<RecordedEvent> {
    return this.log.read(stream, options);
  }

  readAll(options?: ReadAllOptions): AsyncIterable<RecordedEvent> {
    return this.log.readAll(options);
  }

  follow(handle: (batch: FollowedBatch) => Promise<void> | void, options?: FollowOptions): Following {
    return this.log.follow(handle, options);
  }

  head(): Promise<LogHead> {
    return this.log.head();
  }

  tombstone(stream: string): Promise<void> {
    return this.log.tombstone(stream);
  }

  close(): Promise<void> {
    return this.log.close();
  }
}
