import { randomBytes } from 'node:crypto';
import { type EventStore, type EventStoreOptions, startEventStore } from './event-store.js';

/** The server that tests talk to. */
export interface EventStoreUnderTest {
  /** Connection string. */
  readonly url: string;
  /** What every stream's name has to begin with: the server may be shared. */
  readonly prefix: string;
  /** Undefined when it is a real server, which doesn't fail on command. */
  readonly double?: EventStore;
  close(): Promise<void>;
}

/** Whether tests run against a real server. */
export const hasRealServer = Boolean(process.env.ESDB_URL);

/** The real server named by `ESDB_URL`, else the double; options are the double's. */
export async function eventStore(options?: EventStoreOptions): Promise<EventStoreUnderTest> {
  const prefix = `t${randomBytes(6).toString('hex')}-`;
  if (process.env.ESDB_URL) return { url: process.env.ESDB_URL, prefix, close: () => Promise.resolve() };
  const double = await startEventStore(options);
  return { url: double.url, prefix, double, close: () => double.close() };
}
