import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import type {
  EventLog,
  FollowOptions,
  NewEvent,
  ReadStreamOptions,
  RecordedEvent,
} from '../../../src/application/ports/event-log.js';
import type { EventStore } from './event-store.js';

const ONE = 'customer-1';
const TWO = 'customer-2';
const ENDED = 'customer-3';
/** More than a live follower of the real server survives. */
const BURST = 150;
/** Events written while a follower catches up. */
const MOST_MEANWHILE = 500;
const PATIENCE_MS = 6_000;

/**
 * A short life of a log on the double: everything that has to be right of appending, reading and following, with what
 * happens in between to a real server. Fails at the first thing that is wrong.
 */
export async function liveThrough(open: () => Promise<EventLog>, double: EventStore): Promise<void> {
  const log = await open();
  const written: Record<string, NewEvent[]> = { [ONE]: [], [TWO]: [] };
  const foreigner = EventStoreDBClient.connectionString(double.url);
  const followed: Followed[] = [];
  try {
    await appendAndConflict(log, written);
    await writeElsewhere(foreigner);
    await readBack(log, written);
    const there = (await all(log.readAll())).length;
    const first = followTo(log, followed);
    await until(() => first.caughtUpAfter !== undefined, 'being caught up');
    expect(first.caughtUpAfter).toBe(there);
    const live = await append(log, written, ONE, events(1), 'any');
    await until(() => first.seen.at(-1)?.position === live.position, 'a live event');

    await writeThroughTrouble(log, double, written, foreigner);
    const middle = first.seen[2]?.position ?? 0n;
    const second = followTo(log, followed, { after: middle, batchSize: 7 });
    for (let n = 0; n < MOST_MEANWHILE && second.caughtUpAfter === undefined; n++) {
      await append(log, written, ONE, events(1), 'any');
    }
    await append(log, written, TWO, events(1), 'any');
    const everything = await expectOrder(log, written);
    const last = everything.at(-1)?.position;
    await until(() => [first, second].every(({ seen }) => seen.at(-1)?.position === last), 'the followers');
    expectSame(first.seen, everything);
    expectSame(
      second.seen,
      everything.filter(({ position }) => position > middle),
    );

    await endStream(log);
    await stopAndStart(log, double, written);
    await until(() => first.seen.length > everything.length, 'the follower after the restart');
    await reopen(log, open);
  } finally {
    await Promise.all(followed.map(({ stop }) => stop()));
    await log.close();
    await foreigner.dispose();
  }
}

async function appendAndConflict(log: EventLog, written: Record<string, NewEvent[]>): Promise<void> {
  const [one, two] = [events(3), events(2)];
  const original = await append(log, written, ONE, one, 'none');
  expect(original).toMatchObject({ revision: 2n, repeated: false });
  expect(await append(log, written, ONE, two, 2n)).toMatchObject({ revision: 4n, repeated: false });
  expect(await log.append(ONE, one, 'none')).toEqual({ ...original, repeated: true });
  for (const [batch, expected] of [
    [events(1), 'none'],
    [events(1), 3n],
    [events(1), 5n],
    [[...two, ...events(1)], 2n],
  ] as const) {
    await expect(log.append(ONE, batch, expected)).rejects.toMatchObject({ name: 'WrongExpectedRevision', actual: 4n });
  }
  const odd = { ...events(1)[0]!, data: '{ "é" : 1.0,\n"😀":"\\u0000" }', metadata: '{ "by":  "ü" }' };
  await append(log, written, TWO, [odd, { ...events(1)[0]!, originalRecordedAt: 1_700_000_000_123 }], 'any');
}

async function readBack(log: EventLog, written: Record<string, NewEvent[]>): Promise<void> {
  const revisions = async (options: ReadStreamOptions) =>
    (await all(log.read(ONE, options))).map(({ revision }) => revision);
  expect(await revisions({ direction: 'backwards', limit: 2 })).toEqual([4n, 3n]);
  expect(await revisions({ from: 3n })).toEqual([3n, 4n]);
  expect(await revisions({ from: 1n, limit: 2 })).toEqual([1n, 2n]);
  expect(await revisions({ from: 9n })).toEqual([]);
  await expect(all(log.read('customer-0'))).rejects.toMatchObject({ name: 'StreamNotFound' });
  await expectOrder(log, written);
}

/** Every acknowledged event is there, once, as it was written, in one order; and nothing else is. */
async function expectOrder(log: EventLog, written: Record<string, NewEvent[]>): Promise<RecordedEvent[]> {
  const everything = await all(log.readAll());
  expect(everything.every(({ position }, index) => position > (everything[index - 1]?.position ?? -1n))).toBe(true);
  for (const [stream, expected] of Object.entries(written)) {
    const read = await all(log.read(stream));
    expectSame(
      read,
      everything.filter((event) => event.stream === stream),
    );
    expect(read).toEqual(
      expected.map((event, revision) => expect.objectContaining({ ...event, revision: BigInt(revision) })),
    );
  }
  expect(everything).toHaveLength(Object.values(written).flat().length);
  const last = everything.at(-1);
  expect(await log.head()).toEqual({ position: last?.position });
  expect(await all(log.readAll({ direction: 'backwards', limit: 1 }))).toEqual([last]);
  expect(await all(log.readAll({ after: everything.at(-3)?.position, limit: 5 }))).toEqual(everything.slice(-2));
  return everything;
}

async function writeThroughTrouble(
  log: EventLog,
  double: EventStore,
  written: Record<string, NewEvent[]>,
  foreigner: EventStoreDBClient,
): Promise<void> {
  await append(log, written, TWO, events(BURST), 'any');
  const troubles = [
    () => double.failNextAppend('before', 'cut'),
    () => double.failNextAppend('after', 'cut'),
    () => double.failNextAppend('after', 'timed-out'),
    () => double.endSubscriptions(),
    () => writeElsewhere(foreigner),
  ];
  for (const trouble of troubles) {
    await trouble();
    const last = BigInt(written[ONE]!.length - 1);
    const answer = await append(log, written, ONE, events(2), last);
    expect(answer).toMatchObject({ revision: last + 2n, repeated: false });
    await append(log, written, TWO, events(1), 'any');
  }
}

async function endStream(log: EventLog): Promise<void> {
  await log.append(ENDED, events(1), 'none');
  await log.tombstone(ENDED);
  await expect(all(log.read(ENDED))).rejects.toMatchObject({ name: 'StreamTombstoned' });
  await expect(log.append(ENDED, events(1), 'any')).rejects.toMatchObject({ name: 'StreamTombstoned' });
}

async function stopAndStart(log: EventLog, double: EventStore, written: Record<string, NewEvent[]>): Promise<void> {
  await double.stop();
  const pending = append(log, written, ONE, events(1), 'exists');
  await pause(50);
  await double.start();
  expect(await pending).toMatchObject({ repeated: false });
}

async function reopen(log: EventLog, open: () => Promise<EventLog>): Promise<void> {
  const again = await open();
  try {
    expect(again.id).toBe(log.id);
    expectSame(await all(again.readAll()), await all(log.readAll()));
  } finally {
    await again.close();
  }
}

interface Followed {
  readonly seen: RecordedEvent[];
  caughtUpAfter: number | undefined;
  stop(): Promise<void>;
}

function followTo(log: EventLog, followed: Followed[], options?: FollowOptions): Followed {
  const seen: RecordedEvent[] = [];
  const following = log.follow(({ events: batch, caughtUp }) => {
    seen.push(...batch);
    if (caughtUp) note.caughtUpAfter ??= seen.length;
  }, options);
  const note: Followed = { seen, caughtUpAfter: undefined, stop: () => following.stop() };
  followed.push(note);
  return note;
}

async function append(
  log: EventLog,
  written: Record<string, NewEvent[]>,
  stream: string,
  batch: NewEvent[],
  expected: Parameters<EventLog['append']>[2],
) {
  const answer = await log.append(stream, batch, expected);
  written[stream]!.push(...batch);
  return answer;
}

/** What shares a server with the log must not show in it. */
async function writeElsewhere(client: EventStoreDBClient): Promise<void> {
  const foreign = Array.from({ length: 40 }, () => jsonEvent({ type: 'SomethingElse', data: {} }));
  await client.appendToStream('elsewhere', foreign, { credentials: { username: 'admin', password: 'changeit' } });
}

/** Tells the first difference only: there are many events. */
function expectSame(seen: readonly RecordedEvent[], expected: readonly RecordedEvent[]): void {
  const index = expected.findIndex((event, at) => !isDeepStrictEqual(seen[at], event));
  if (index >= 0) expect([index, seen[index]]).toEqual([index, expected[index]]);
  expect(seen).toHaveLength(expected.length);
}

function events(count: number): NewEvent[] {
  return Array.from({ length: count }, () => {
    const id = randomUUID();
    return { id, type: 'SomethingHappened', data: JSON.stringify({ id }) };
  });
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function until(condition: () => boolean, what: string): Promise<void> {
  const end = performance.now() + PATIENCE_MS;
  while (!condition()) {
    if (performance.now() > end) throw new Error(`It waited in vain for ${what}.`);
    await pause(5);
  }
}
