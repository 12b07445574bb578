import type { EventStoreDBClient } from '@eventstore/db-client';
import type { Credentials, EsdbConnection } from './connection.js';
import { NoAnswer } from './errors.js';

/** One of the client's streams of events. */
interface Reading<Item> extends AsyncIterable<Item> {
  cancel(): Promise<void>;
  destroy(error?: Error): unknown;
  on(event: 'error', listener: () => void): unknown;
}

interface ReadOptions {
  credentials?: Credentials;
  /** Lags behind nobody: what was acknowledged is seen. */
  requiresLeader: true;
}

/**
 * What the server answers to one read, in its order. Leaving early ends the read at the server as well.
 * @param quietMs how long the server may keep whoever waits waiting for the next item
 */
export async function* answers<Item>(
  connection: EsdbConnection,
  start: (client: EventStoreDBClient, options: ReadOptions) => Reading<Item>,
  quietMs: number,
): AsyncGenerator<Item, void, undefined> {
  const generation = connection.begin();
  const reading = start(generation.client, { credentials: connection.credentials, requiresLeader: true });
  // An error after the last look must not be nobody's.
  reading.on('error', () => undefined);
  let isWaiting = true;
  const timer = setTimeout(() => {
    if (isWaiting) reading.destroy(new NoAnswer(quietMs));
  }, quietMs);
  try {
    const items = reading[Symbol.asyncIterator]();
    for (;;) {
      isWaiting = true;
      timer.refresh();
      const { value, done } = await items.next();
      isWaiting = false;
      if (done) break;
      yield value;
    }
    connection.answered(generation);
  } catch (error) {
    connection.failed(generation, error);
    throw error;
  } finally {
    clearTimeout(timer);
    reading.destroy();
    reading.cancel().catch(() => undefined);
    generation.end();
  }
}
