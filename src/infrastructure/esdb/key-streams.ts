import { randomUUID } from 'node:crypto';
import type { AllStreamResolvedEvent, BinaryEventType, ResolvedEvent } from '@eventstore/db-client';
import { tombstone } from './appender.js';
import type { EsdbConnection } from './connection.js';
import { failureOf } from './errors.js';
import { escaped, KEY_STREAMS } from './own-streams.js';
import { type EsdbPatience, persisting } from './persisting.js';
import { answers } from './reading.js';
import { Subscription } from './subscription.js';

/** What lies in the stream of an owner of a key. */
export type StoredKey = Uint8Array | 'missing' | 'destroyed';

/** Each key lies in a stream of its own, so that it can be destroyed by itself. The last one of a stream counts. */
export class KeyStreams {
  private readonly before: string;

  constructor(
    private readonly connection: EsdbConnection,
    prefix: string,
    private readonly patience: EsdbPatience,
  ) {
    this.before = prefix + KEY_STREAMS;
  }

  /** @throws the client's errors, as all of these */
  async read(
    owner: string,
    until = this.until(),
    direction: 'forwards' | 'backwards' = 'backwards',
  ): Promise<{ key: StoredKey; revision: bigint; position?: bigint }> {
    return await persisting(this.connection, this.patience, until, async (milliseconds) => {
      try {
        const events = answers<ResolvedEvent>(
          this.connection,
          (client, options) =>
            client.readStream(this.before + owner, {
              ...options,
              direction,
              fromRevision: direction === 'forwards' ? 'start' : 'end',
              maxCount: 1,
            }),
          milliseconds,
        );
        for await (const { event } of events) {
          if (!event) continue;
          const { data, revision, position } = event;
          return { key: data as Uint8Array, revision, position: position?.commit };
        }
        return { key: 'missing', revision: -1n };
      } catch (error) {
        const { kind } = failureOf(error);
        if (kind === 'missing') return { key: 'missing', revision: -1n };
        if (kind === 'tombstoned') return { key: 'destroyed', revision: -1n };
        throw error;
      }
    });
  }

  /** Stores a key behind this revision, before the first by default. False when another one is there already. */
  async add(owner: string, key: Uint8Array, after = -1n, until = this.until()): Promise<boolean | 'destroyed'> {
    // The same id in every attempt: what was written by one of them is not written again.
    const event = {
      id: randomUUID(),
      contentType: 'application/octet-stream' as const,
      type: 'KeyMade',
      data: key,
      metadata: undefined,
    };
    const expectedRevision = after < 0n ? ('no_stream' as const) : after;
    try {
      await persisting(this.connection, this.patience, until, (milliseconds) =>
        this.connection.call(
          (client, options) =>
            client.appendToStream<BinaryEventType>(this.before + owner, event, {
              ...options,
              expectedRevision,
              requiresLeader: true,
            }),
          milliseconds,
        ),
      );
      return true;
    } catch (error) {
      const { kind } = failureOf(error);
      if (kind === 'conflict') return false;
      if (kind === 'tombstoned') return 'destroyed';
      throw error;
    }
  }

  /** For good, and also where there was no key yet. */
  async destroy(owner: string): Promise<void> {
    await persisting(this.connection, this.patience, this.until(), async (milliseconds) => {
      try {
        await tombstone(this.connection, this.before + owner, milliseconds);
      } catch (error) {
        if (failureOf(error).kind !== 'tombstoned') throw error;
      }
    });
  }

  /**
   * Whoever ever had a key, or had it destroyed, in the order of the log.
   * @param first owner of the key that was made before all others
   */
  async owners(which: 'made' | 'destroyed', first: string): Promise<string[]> {
    const isWanted = (type: string) => (type === '$streamDeleted') === (which === 'destroyed');
    const { position } = await this.read(first, this.until(), 'forwards');
    const found: string[] = [];
    await this.passOver(position ?? 0n, ({ event }) => {
      if (event && isWanted(event.type)) found.push(event.streamId.slice(this.before.length));
    });
    return found;
  }

  /** The server looks through its whole log and sends nothing but what lies in the streams of keys. */
  private async passOver(from: bigint, note: (event: AllStreamResolvedEvent) => void): Promise<void> {
    let place = { commit: from, prepare: from };
    await persisting(this.connection, this.patience, this.until(), async () => {
      let subscription: Subscription | undefined;
      try {
        await new Promise<void>((resolve, reject) => {
          const options = {
            filter: `^${escaped(this.before)}`,
            from: place,
            quietMs: this.patience.quiet,
            head: () => Promise.resolve({ position: undefined }),
          };
          subscription = new Subscription(this.connection, options, {
            event: (event, at) => {
              note(event);
              place = { ...at };
            },
            passed: (at) => {
              place = { ...at };
            },
            live: () => resolve(),
            ended: reject,
          });
        });
      } finally {
        subscription?.close();
      }
    });
  }

  private until(): number {
    return performance.now() + this.patience.total;
  }
}
