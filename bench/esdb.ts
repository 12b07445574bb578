import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import {
  type BinaryEventType,
  type EventData,
  EventStoreDBClient,
  NO_STREAM,
  type Position,
  streamNameFilter,
} from '@eventstore/db-client';
import { type Figure, figure, median } from './figure.ts';

const SECONDS = 2;
const ROUNDS = 5;
const FOLLOWED = 30_000;
const FOLLOWED_PER_APPEND = 500;
/** Both subscriptions look as far ahead for an event of theirs. */
const SEARCH_WINDOW = 2_048;

const DATA = JSON.stringify({
  visitId: 'x'.repeat(36),
  heldBy: ['rep1'],
  topics: ['annual review'],
  notes: 'n'.repeat(220),
});
const METADATA = JSON.stringify({
  schemaVersion: 1,
  occurredAt: '2026-03-01T09:30:00.000Z',
  requestHash: 'h'.repeat(43),
  previousHash: 'p'.repeat(43),
});
const TYPE = 'VisitLogged';

/** What is compared: appends at an exact revision, and a subscription from a position on. */
interface Side {
  /** @returns position of its last event */
  append(stream: string, count: number, expected: bigint | undefined): Promise<Position>;
  /** Settles when so many events have been handed over. */
  follow(after: Position, count: number): Promise<void>;
  close(): Promise<void>;
}

/** What the vendor's client keeps to itself. */
interface Inside {
  getChannel(): Promise<{ close(): void }>;
}

const bytes = (text: string) => Uint8Array.from(Buffer.from(text));
const position = (commit: bigint): Position => ({ commit, prepare: commit });

async function adapter(url: string, prefix: string): Promise<Side> {
  const path = new URL('../dist/infrastructure/esdb/esdb-event-log.js', import.meta.url).href;
  const { EsdbEventLog } = (await import(path)) as typeof import('../src/infrastructure/esdb/esdb-event-log.js');
  const log = await EsdbEventLog.open({ connectionString: url, prefix });
  return {
    async append(stream, count, expected) {
      const events = Array.from({ length: count }, () => ({
        id: randomUUID(),
        type: TYPE,
        data: DATA,
        metadata: METADATA,
      }));
      const appended = await log.append(stream, events, expected ?? 'none');
      return position(appended.position);
    },
    async follow(after, count) {
      const { promise, resolve } = Promise.withResolvers<void>();
      let seen = 0;
      const following = log.follow(
        ({ events }) => {
          seen += events.length;
          if (seen >= count) resolve();
        },
        { after: after.commit },
      );
      await promise;
      await following.stop();
    },
    close: () => log.close(),
  };
}

/** The vendor's client with the least that does the same. Credentials keep it from its batch append, which hangs for good on some faults. */
function bare(url: string, prefix: string): Side {
  const client = EventStoreDBClient.connectionString(url);
  const [, login = 'admin:changeit'] = /^[^:]+:\/\/([^@/]+)@/.exec(url) ?? [];
  const [username = '', password = ''] = login.split(':').map(decodeURIComponent);
  const credentials = { username, password };
  return {
    async append(stream, count, expected) {
      const events = Array.from(
        { length: count },
        (): EventData<BinaryEventType> => ({
          id: randomUUID(),
          type: TYPE,
          contentType: 'application/octet-stream',
          data: bytes(DATA),
          metadata: bytes(METADATA),
        }),
      );
      const options = { expectedRevision: expected ?? NO_STREAM, credentials } as const;
      const answer = await client.appendToStream(`${prefix}${stream}`, events, options);
      return answer.position as Position;
    },
    async follow(after, count) {
      const filter = streamNameFilter({ prefixes: [prefix], maxSearchWindow: SEARCH_WINDOW, checkpointInterval: 1 });
      const subscription = client.subscribeToAll({ fromPosition: after, filter });
      const { promise, resolve, reject } = Promise.withResolvers<void>();
      let seen = 0;
      subscription.on('error', reject).on('data', () => {
        if (++seen === count) resolve();
      });
      await promise;
      await subscription.unsubscribe();
    },
    // Its dispose leaves the connection open, and never settles.
    close: async () => (await (client as unknown as Inside).getChannel()).close(),
  };
}

let streams = 0;

/** Events a second of so many writers, each with a stream of its own and waiting for its outcome. */
async function appended(side: Side, writers: number, perAppend: number): Promise<number> {
  const started = performance.now();
  const end = started + SECONDS * 1_000;
  const writer = async (stream: string) => {
    let count = 0;
    do {
      await side.append(stream, perAppend, count === 0 ? undefined : BigInt(count - 1));
      count += perAppend;
    } while (performance.now() < end);
    return count;
  };
  const counts = await Promise.all(Array.from({ length: writers }, () => writer(`customer-${streams++}`)));
  return (counts.reduce((sum, count) => sum + count, 0) / (performance.now() - started)) * 1_000;
}

async function followed(side: Side, after: Position, count: number): Promise<number> {
  const started = performance.now();
  await side.follow(after, count);
  return (count / (performance.now() - started)) * 1_000;
}

/** One after the other, round after round, each going first in every other one: what else the machine does meets both. */
async function alternated(sides: readonly [Side, Side], measure: (side: Side) => Promise<number>) {
  for (const side of sides) await measure(side);
  const rates: [number[], number[]] = [[], []];
  for (let round = 0; round < ROUNDS; round++) {
    for (const which of round % 2 === 0 ? ([0, 1] as const) : ([1, 0] as const)) {
      rates[which].push(await measure(sides[which]));
    }
  }
  return [median(rates[0]), median(rates[1])] as const;
}

/** The server named by ESDB_URL, else the double of the tests: it tells what the adapter costs, not what a server does. */
async function server(): Promise<{ url: string; name: string; stop(): void }> {
  if (process.env.ESDB_URL) return { url: process.env.ESDB_URL, name: 'server', stop: () => undefined };
  const file = (path: string) => fileURLToPath(new URL(`../test/${path}`, import.meta.url));
  const flags = ['--experimental-transform-types', '--disable-warning=ExperimentalWarning'];
  const hooks = ['--import', file('infrastructure/sqlite/from-source.mjs')];
  const child = spawn(process.execPath, [...flags, ...hooks, file('support/event-store/process.ts')], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return { url: (JSON.parse(line) as { url: string }).url, name: 'double', stop: () => child.kill() };
}

/** The log on EventStoreDB, beside the vendor's client on the same server. */
export async function esdbFigures(): Promise<Figure[]> {
  const { url, name, stop } = await server();
  const prefix = `bench${randomBytes(5).toString('hex')}-`;
  const sides = [await adapter(url, `${prefix}a-`), bare(url, `${prefix}b-`)] as const;
  const figures: Figure[] = [];
  try {
    for (const [perAppend, writers] of [
      [1, 1],
      [1, 32],
      [10, 8],
      [100, 4],
      [1_000, 2],
    ] as const) {
      const [rate, reference] = await alternated(sides, (side) => appended(side, writers, perAppend));
      const note = `${writers} at once, against the bare client on the same ${name} (aim 0.80)`;
      figures.push(figure(`esdb.append.${perAppend}x${writers}`, rate, 'events/s', reference, note));
    }
    const starts = new Map<Side, Position>();
    for (const side of sides) {
      const stream = `customer-${streams++}`;
      starts.set(side, await side.append(stream, 1, undefined));
      for (let count = 1; count <= FOLLOWED; count += FOLLOWED_PER_APPEND) {
        await side.append(stream, FOLLOWED_PER_APPEND, BigInt(count - 1));
      }
    }
    const follow = (side: Side) => followed(side, starts.get(side) as Position, FOLLOWED);
    const [rate, reference] = await alternated(sides, follow);
    const note = `catching up, against the bare client on the same ${name} (aim 0.80)`;
    figures.push(figure('esdb.follow', rate, 'events/s', reference, note));
    return figures;
  } finally {
    for (const side of sides) await side.close();
    stop();
  }
}
