import { LRUCache } from 'lru-cache';
import {
  type Appended,
  type ExpectedRevision,
  type NewEvent,
  type ReadStreamOptions,
  type RecordedEvent,
  StreamNotFound,
  WrongExpectedRevision,
} from '../../application/ports/event-log.js';
import type { EsdbConnection } from './connection.js';
import { failureOf, portError } from './errors.js';
import { type EsdbPatience, persisting } from './persisting.js';
import { type StoredForm, sizeOf, storedForms } from './stored-form.js';

/** Before the first event of a stream. */
const NOTHING = -1n;
const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 1_000;
/** About 2 MB. */
const MOST_TAILS_REMEMBERED = 10_000;

interface Batch {
  readonly stream: string;
  readonly streamInServer: string;
  readonly events: readonly NewEvent[];
  /** The same bytes and the same ids in every attempt. */
  readonly forms: StoredForm[];
  readonly expected: ExpectedRevision;
  /** By the clock of `performance`. */
  readonly until: number;
}

/**
 * Appends, each at an exact revision, so that trying again after an unknown outcome writes nothing twice.
 *
 * The server takes an append for a repeat when the ids it knows its events by are the same; it does not say so, and
 * never looks at the content. Those ids are made anew for each append and kept for its attempts: a success then means
 * that these very events were written by this very append, and an append that comes again from outside is a conflict,
 * of which the ids of the events themselves tell whether it is a repeat. The usual append costs one call.
 */
export class EsdbAppender {
  /** Last revision of streams, as last seen: where the caller names no revision, it is tried first. */
  private readonly tails = new LRUCache<string, bigint>({ max: MOST_TAILS_REMEMBERED });
  private readonly running = new Set<Promise<unknown>>();

  constructor(
    private readonly connection: EsdbConnection,
    private readonly patience: Pick<EsdbPatience, 'attempt' | 'total'>,
    private readonly read: (stream: string, options: ReadStreamOptions) => AsyncIterable<RecordedEvent>,
  ) {}

  /** @throws the errors of the port's `append` */
  append(
    stream: string,
    streamInServer: string,
    events: readonly NewEvent[],
    expected: ExpectedRevision,
  ): Promise<Appended> {
    const until = performance.now() + this.patience.total;
    const batch = { stream, streamInServer, events, forms: storedForms(stream, events), expected, until };
    return this.noted(
      expected === 'any' || expected === 'exists' ? this.appendAnywhere(batch) : this.appendExactly(batch, expected),
    );
  }

  /** For good; the stream is known to exist. @throws StreamTombstoned, LogUnavailable */
  tombstone(stream: string, streamInServer: string): Promise<void> {
    return this.noted(this.tombstoneAll(stream, streamInServer));
  }

  /** Settles when nothing is under way any more. */
  async finished(): Promise<void> {
    await Promise.allSettled(this.running);
  }

  private async noted<Answer>(work: Promise<Answer>): Promise<Answer> {
    this.running.add(work);
    try {
      return await work;
    } finally {
      this.running.delete(work);
    }
  }

  private async appendExactly(batch: Batch, expected: bigint | 'none'): Promise<Appended> {
    const at = expected === 'none' ? NOTHING : expected;
    for (let attempt = 0; ; attempt++) {
      const outcome = await this.appendAt(batch, at);
      if (outcome !== 'conflict') return outcome;
      const settled = await this.settleConflict(batch, at);
      if (settled) return settled;
      // What the server saw in the way is not durable yet, and nobody may be told of it. It may even go again.
      if (performance.now() >= batch.until) throw this.portError(batch, { type: 'timeout' });
      await this.connection.pause(attempt, FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
    }
  }

  /** Wherever the stream ends: at the revision that a conflict names, until there is none. */
  private async appendAnywhere(batch: Batch): Promise<Appended> {
    const { stream, expected } = batch;
    let at = this.tails.get(stream) ?? (expected === 'exists' ? await this.tailOf(batch) : NOTHING);
    for (;;) {
      const outcome = await this.appendAt(batch, at);
      if (outcome !== 'conflict') return outcome;
      at = this.tails.get(stream) ?? NOTHING;
      if (at === NOTHING && expected === 'exists') throw new WrongExpectedRevision(stream, expected, undefined);
      if (performance.now() >= batch.until) throw this.portError(batch, { type: 'timeout' });
    }
  }

  private async tailOf({ stream, expected }: Batch): Promise<bigint> {
    try {
      for await (const { revision } of this.read(stream, { direction: 'backwards', limit: 1 })) return revision;
    } catch (error) {
      if (!(error instanceof StreamNotFound)) throw error;
    }
    throw new WrongExpectedRevision(stream, expected, undefined);
  }

  /** The same append, until the server says what became of it. Notes the actual revision of a conflict. */
  private async appendAt(batch: Batch, at: bigint): Promise<Appended | 'conflict'> {
    const { stream, streamInServer, forms, until } = batch;
    const expectedRevision = at === NOTHING ? ('no_stream' as const) : at;
    try {
      const answer = await persisting(this.connection, this.patience, until, (milliseconds) =>
        this.connection.call(
          (client, options) =>
            client.appendToStream(streamInServer, forms, { ...options, expectedRevision, requiresLeader: true }),
          milliseconds,
        ),
      );
      const revision = answer.nextExpectedRevision;
      this.tails.set(stream, revision);
      const position = answer.position?.commit ?? (await this.positionAt(stream, revision));
      return { revision, position, repeated: false };
    } catch (error) {
      const failure = failureOf(error);
      if (failure.kind !== 'conflict') throw this.portError(batch, error);
      if (failure.actual === undefined) this.tails.delete(stream);
      else this.tails.set(stream, failure.actual);
      return 'conflict';
    }
  }

  /** The original answer to a repeat; undefined while what is in the way can't be seen yet. @throws WrongExpectedRevision */
  private async settleConflict({ stream, events, expected }: Batch, at: bigint): Promise<Appended | undefined> {
    const actual = this.tails.get(stream);
    const conflict = () => new WrongExpectedRevision(stream, expected, actual);
    if (actual === undefined || actual <= at) throw conflict();
    let count = 0;
    try {
      for await (const { id, revision, position } of this.read(stream, { from: at + 1n, limit: events.length })) {
        if (id !== events[count]?.id) throw conflict();
        if (++count === events.length) return { revision, position, repeated: true };
      }
    } catch (error) {
      if (!(error instanceof StreamNotFound)) throw error;
    }
    if (at + BigInt(events.length) > actual && BigInt(count) === actual - at) throw conflict();
    return undefined;
  }

  private async positionAt(stream: string, revision: bigint): Promise<bigint> {
    for await (const { position } of this.read(stream, { from: revision, limit: 1 })) return position;
    throw new StreamNotFound(stream);
  }

  private async tombstoneAll(stream: string, streamInServer: string): Promise<void> {
    const until = performance.now() + this.patience.total;
    try {
      await persisting(this.connection, this.patience, until, async (milliseconds, attempt) => {
        try {
          await tombstone(this.connection, streamInServer, milliseconds);
        } catch (error) {
          // An attempt before this one did it after all.
          if (failureOf(error).kind !== 'tombstoned' || attempt === 0) throw error;
        }
      });
      this.tails.delete(stream);
    } catch (error) {
      throw portError(error, { server: this.connection.described, stream });
    }
  }

  private portError({ stream, forms }: Batch, error: unknown): Error {
    return portError(error, { server: this.connection.described, stream, bytes: sizeOf(forms) });
  }
}

/** Of a missing stream as well: its name can't be used any more. */
export async function tombstone(connection: EsdbConnection, stream: string, milliseconds: number): Promise<void> {
  await connection.call(
    (client, options) => client.tombstoneStream(stream, { ...options, requiresLeader: true }),
    milliseconds,
  );
}
