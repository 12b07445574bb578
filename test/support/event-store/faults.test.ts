import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { EventStoreDBClient, jsonEvent } from '@eventstore/db-client';
import { type EventStore, startEventStore } from './event-store.js';
import { type EventStoreProcess, startEventStoreProcess } from './own-process.js';

const credentials = { username: 'admin', password: 'changeit' };
const LARGE = 2n ** 53n + 1n;

describe('an event store that fails on command', () => {
  let double: EventStore;
  let client: EventStoreDBClient;

  beforeAll(async () => {
    double = await startEventStore({ firstPosition: LARGE });
  });

  afterAll(() => double.close());

  beforeEach(() => {
    client = EventStoreDBClient.connectionString(double.url);
  });

  afterEach(() => client.dispose());

  it('has its events after a restart on the same port, but knows no id any more where any revision will do', async () => {
    const { url } = double;
    const [first, second] = [event(), event()];
    await append('restarted', first, 'no_stream');

    await double.stop();
    expect(await failure(append('restarted', second, 0n))).toMatchObject({ type: 'unavailable' });
    await double.start();

    expect(double.url).toBe(url);
    expect(await append('restarted', first, 'no_stream')).toMatchObject({ nextExpectedRevision: 0n });
    expect(await append('restarted', first, 'any')).toMatchObject({ nextExpectedRevision: 1n });
  });

  it('gives positions that a number can not hold', async () => {
    const { position } = await append('far', event(), 'any');

    expect(position?.commit).toBeGreaterThan(LARGE);
    expect(BigInt(Number(position?.commit)) === position?.commit && Number(position?.commit) % 2 === 1).toBe(false);
  });

  it.each([
    ['before', 'cut', 'unavailable', 'stream-not-found'],
    ['after', 'cut', 'unavailable', 1],
    ['before', 'timed-out', 'timeout', 'stream-not-found'],
    ['after', 'timed-out', 'timeout', 1],
    ['before', 'silent', 'deadline-exceeded', 'stream-not-found'],
    ['after', 'silent', 'deadline-exceeded', 1],
  ] as const)('loses an append %s it was stored: %s, which the client calls %s', async (when, how, type, stored) => {
    const stream = `lost-${when}-${how}`;
    double.failNextAppend(when, how);

    expect(await failure(append(stream, event(), 'any', 300))).toMatchObject({ type });

    expect(await readOrFailure(stream)).toBe(stored);
    expect(await append(stream, event(), 'any')).toMatchObject({ success: true });
  });

  it('drops its connections, ends subscriptions in order, and goes on', async () => {
    const ends: string[] = [];
    const subscribe = () => {
      let isCaughtUp = false;
      client
        .subscribeToAll()
        .on('caughtUp', () => {
          isCaughtUp = true;
        })
        .on('error', ({ type }: Error & { type?: string }) => ends.push(type ?? 'no type'))
        .on('end', () => ends.push('end'))
        .on('data', () => {});
      return until(() => isCaughtUp);
    };
    await subscribe();
    double.dropConnections();
    await until(() => ends.length === 1);
    await subscribe();
    double.endSubscriptions();
    await until(() => ends.length === 2);

    expect(ends).toEqual(['unavailable', 'end']);
  });

  it('does not confirm an append twice at a time', async () => {
    const twice = event();
    double.delayCommits(300);

    const answers = [append('twice', twice, 'no_stream'), append('twice', twice, 'no_stream')];

    expect(await failure(answers[1] as Promise<unknown>)).toMatchObject({ type: 'timeout' });
    double.delayCommits(0);
    expect(await append('twice', twice, 'no_stream')).toEqual(await answers[0]);
  });

  it('falls silent, and speaks again', async () => {
    await append('silent', event(), 'any');
    double.silence();

    expect(await failure(append('silent', event(), 'any', 200))).toMatchObject({ type: 'deadline-exceeded' });

    double.speak();
    expect(await append('silent', event(), 'any')).toMatchObject({ success: true });
  });

  it('is slow', async () => {
    double.delayCalls(400);
    expect(await failure(append('slow', event(), 'any', 100))).toMatchObject({ type: 'deadline-exceeded' });

    double.delayCalls(0);
    expect(await append('slow', event(), 'any')).toMatchObject({ success: true });
  });

  it.each([
    ['an unknown user', 'access-denied', () => double.setLogin('unauthenticated'), () => double.setLogin('accepted')],
    ['a user without rights', 'access-denied', () => double.setLogin('denied'), () => double.setLogin('accepted')],
    ['anybody while it has no leader', 'unavailable', () => double.setReady(false), () => double.setReady(true)],
    ['appends while its disk is full', 'unknown', () => double.fillDisk(), () => double.fillDisk(false)],
    ['events that it can not store', 'timeout', () => double.refuseEventsOfType('Poison'), () => {}],
  ])('refuses %s', async (_, type, begin, end) => {
    begin();
    const stream = randomUUID();

    expect(await failure(append(stream, jsonEvent({ type: 'Poison', data: {} }), 'any'))).toMatchObject({ type });
    end();
    expect(await readOrFailure(stream)).toBe('stream-not-found');
  });

  it('sends a client that requires the leader to it, and one that does not may append through it', async () => {
    const leader = await startEventStore();
    const follower = await startEventStore({ sharing: leader });
    follower.moveLeader({ host: '127.0.0.1', port: leader.port });
    const following = EventStoreDBClient.connectionString(follower.url);
    const append = (requiresLeader: boolean) =>
      following.appendToStream('led', event(), { credentials, requiresLeader });

    expect(await append(false)).toMatchObject({ nextExpectedRevision: 0n });
    expect(await failure(append(true))).toMatchObject({
      type: 'not-leader',
      leader: { address: '127.0.0.1', port: leader.port },
    });
    expect(await append(true)).toMatchObject({ nextExpectedRevision: 1n });
    const discovering = EventStoreDBClient.connectionString(`esdb+discover://127.0.0.1:${follower.port}?tls=false`);
    expect(await all(discovering.readStream('led', { requiresLeader: true }))).toHaveLength(2);

    await Promise.all([discovering.dispose(), following.dispose(), leader.close(), follower.close()]);
  });

  function append(
    stream: string,
    what: ReturnType<typeof jsonEvent>,
    expectedRevision: bigint | 'no_stream' | 'any',
    deadline?: number,
  ) {
    return client.appendToStream(stream, what, { expectedRevision, credentials, deadline });
  }

  async function readOrFailure(stream: string): Promise<unknown> {
    const reader = EventStoreDBClient.connectionString(double.url);
    return all(reader.readStream(stream)).then(
      (events) => events.length,
      ({ type }: Error & { type?: string }) => type,
    );
  }
});

describe('an event store in a process of its own', () => {
  let store: EventStoreProcess;

  afterEach(() => store.close());

  it('answers, fails when it is told to, and is back with its events', async () => {
    store = await startEventStoreProcess({ maxAppendBytes: 1_000 });
    const client = EventStoreDBClient.connectionString(store.url);
    const append = () => client.appendToStream('s', event(), { credentials });
    await append();

    await store.call('stop');
    expect(await failure(append())).toMatchObject({ type: 'unavailable' });
    await store.call('start');
    await store.call('failNextAppend', 'after', 'timed-out');
    expect(await failure(append())).toMatchObject({ type: 'timeout' });

    expect(await all(client.readStream('s'))).toHaveLength(2);
    await client.dispose();
  });
});

function event() {
  return jsonEvent({ type: 'SomethingHappened', data: { id: randomUUID() } });
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

async function failure(work: Promise<unknown>): Promise<unknown> {
  return work.then(
    (answer) => ({ answer }),
    (error: unknown) => error,
  );
}

async function until(condition: () => boolean): Promise<void> {
  for (let waited = 0; !condition(); waited += 10) {
    if (waited > 20_000) throw new Error('It did not happen.');
    await pause(10);
  }
}
