import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  type AppendExpectedRevision,
  EventStoreDBClient,
  jsonEvent,
  type Position,
  type ReadRevision,
  type ResolvedEvent,
  streamNameFilter,
} from '@eventstore/db-client';
import { type EventStoreUnderTest, eventStore } from './any.js';

const credentials = { username: 'admin', password: 'changeit' };

/** With ESDB_URL these run against a real server: what holds there and here is what the double is believed for. */
describe('an event store', () => {
  let subject: EventStoreUnderTest;
  let client: EventStoreDBClient;

  beforeAll(async () => {
    subject = await eventStore();
  });

  afterAll(() => subject.close());

  beforeEach(() => {
    client = EventStoreDBClient.connectionString(subject.url);
  });

  afterEach(() => client.dispose());

  it('answers an append with the revision and the position of its last event', async () => {
    const stream = name();

    const answer = await append(stream, events(3), 'no_stream');

    const read = await all(client.readStream(stream));
    expect(read.map(({ event }) => event?.revision)).toEqual([0n, 1n, 2n]);
    expect(answer).toEqual({ success: true, nextExpectedRevision: 2n, position: read.at(-1)?.event?.position });
    expect(answer.position?.commit).toBe(answer.position?.prepare);
  });

  it.each([
    ['one by one', credentials],
    ['in batches', undefined],
  ])('refuses an append at another revision than the expected one, and names both, %s', async (_, login) => {
    const stream = name();
    await append(stream, events(2), 'no_stream', login);

    const refusal = (expected: AppendExpectedRevision, on = stream) => failure(append(on, events(1), expected, login));
    const wrong = { type: 'wrong-expected-version', streamName: stream, actualVersion: 1n };
    expect(await refusal('no_stream')).toMatchObject({ ...wrong, expectedVersion: 'no_stream' });
    expect(await refusal(0n)).toMatchObject({ ...wrong, expectedVersion: 0n });
    expect(await refusal(2n)).toMatchObject({ ...wrong, expectedVersion: 2n });
    const missing = { type: 'wrong-expected-version', actualVersion: 'no_stream' };
    expect(await refusal('stream_exists', name())).toMatchObject({ ...missing, expectedVersion: 'stream_exists' });
    expect(await refusal(0n, name())).toMatchObject({ ...missing, expectedVersion: 0n });
    expect(await all(client.readStream(stream))).toHaveLength(2);
  });

  it.each([
    ['one by one', credentials],
    ['in batches', undefined],
  ])('gives the original answer to an append that is repeated, and writes nothing, %s', async (_, login) => {
    const stream = name();
    const first = events(2);
    const second = events(2);
    const answers = [
      await append(stream, first, 'no_stream', login),
      await append(stream, second, 1n, login),
      await append(stream, events(1), 'any', login),
    ];

    expect(await append(stream, first, 'no_stream', login)).toEqual(answers[0]);
    expect(await append(stream, second, 1n, login)).toEqual(answers[1]);
    expect(await append(stream, second, 'any', login)).toEqual(answers[1]);
    expect(await append(stream, second.slice(0, 1), 1n, login)).toMatchObject({ nextExpectedRevision: 2n });
    expect(await all(client.readStream(stream))).toHaveLength(5);
  });

  it('takes an append for another one when only a part of its events is there, or their order differs', async () => {
    const stream = name();
    const [one, two, three] = events(3) as [Proposed, Proposed, Proposed];
    await append(stream, [one, two], 'no_stream');

    for (const expected of ['no_stream', 'any'] as const) {
      expect(await failure(append(stream, [one, two, three], expected))).toMatchObject({
        type: 'wrong-expected-version',
        actualVersion: 1n,
      });
    }
    expect(await failure(append(stream, [two, one], 'no_stream'))).toMatchObject({ type: 'wrong-expected-version' });
  });

  it('writes the same ids again at the present revision, and in another stream as often as it is told', async () => {
    const [stream, other] = [name(), name()];
    const written = events(2);
    await append(stream, written, 'no_stream');

    expect(await append(stream, written, 1n)).toMatchObject({ nextExpectedRevision: 3n });
    for (const last of [1n, 3n]) {
      expect(await append(other, written, 'any')).toMatchObject({ nextExpectedRevision: last });
    }
  });

  it('reads a stream forwards and backwards, from a revision that is part of it', async () => {
    const stream = name();
    await append(stream, events(70), 'no_stream');
    const read = async (fromRevision: ReadRevision, direction: 'forwards' | 'backwards', maxCount = 1_000) =>
      (await all(client.readStream(stream, { fromRevision, direction, maxCount }))).map(({ event }) => event?.revision);

    expect(await read(67n, 'forwards')).toEqual([67n, 68n, 69n]);
    expect(await read(70n, 'forwards')).toEqual([]);
    expect(await read(2n, 'backwards')).toEqual([2n, 1n, 0n]);
    expect(await read('end', 'backwards', 2)).toEqual([69n, 68n]);
    expect(await read(200n, 'backwards', 1)).toEqual([69n]);
    expect(await read('start', 'forwards')).toHaveLength(70);
    expect(await read('start', 'forwards', 64)).toHaveLength(64);
  });

  it('reads everything from the position of an event, inclusive forwards and exclusive backwards, and from no other', async () => {
    const stream = name();
    await append(stream, events(3), 'no_stream');
    const [first, second, third] = await all(client.readStream(stream));
    const read = async (direction: 'forwards' | 'backwards', maxCount: number) =>
      (await all(client.readAll({ fromPosition: second?.event?.position, direction, maxCount }))).map(idOf);

    expect(await read('forwards', 2)).toEqual([idOf(second), idOf(third)]);
    expect(await read('backwards', 1)).toEqual([idOf(first)]);
    const fromPosition = { commit: (third?.commitPosition ?? 0n) - 1n, prepare: (third?.commitPosition ?? 0n) - 1n };
    expect(await failure(all(client.readAll({ fromPosition })))).toMatchObject({ type: 'unknown' });
    expect(await failure(all(client.subscribeToAll({ fromPosition })))).toMatchObject({ type: 'unknown' });
  });

  it('keeps its own events among all of them, in one order of positions', async () => {
    await append(name(), events(6), 'any');

    const read = await all(client.readAll({ direction: 'backwards', maxCount: 200 }));

    const positions = read.map(({ event }) => event?.position?.commit ?? 0n);
    expect(positions.every((position, index) => index === 0 || position < (positions[index - 1] as bigint))).toBe(true);
    const beginning = await all(client.readAll({ maxCount: 20 }));
    expect(beginning.some(({ event }) => event?.type.startsWith('$'))).toBe(true);
  });

  it('returns data and metadata as they were written, and its own stamp', async () => {
    const stream = name('é€😀 %/');
    const data = { text: 'é € 😀 \u0000 \n "' };
    const before = Date.now();
    await append(stream, [jsonEvent({ type: 'Tagged ✓', data, metadata: { by: 'ü' } }), ...events(1)], 'any');

    const [tagged, plain] = (await all(client.readStream(stream))).map(({ event }) => event);
    expect(tagged).toMatchObject({ streamId: stream, type: 'Tagged ✓', data, metadata: { by: 'ü' }, isJson: true });
    expect(plain?.metadata).toBeUndefined();
    expect(Math.abs((tagged?.created.getTime() ?? 0) - before)).toBeLessThan(60_000);
  });

  it('tells of a stream that there is none', async () => {
    const stream = name();

    expect(await failure(all(client.readStream(stream)))).toMatchObject({
      type: 'stream-not-found',
      streamName: stream,
    });
    expect(await failure(client.tombstoneStream(stream, { expectedRevision: 3n, credentials }))).toMatchObject({
      type: 'wrong-expected-version',
    });
  });

  it('goes on with the revisions of a stream that was deleted softly', async () => {
    const stream = name();
    await append(stream, events(2), 'no_stream');

    const readable = () =>
      all(client.readStream(stream)).then(
        (read) => read.map(({ event }) => event?.revision),
        ({ type }: Error & { type?: string }) => type,
      );
    await client.deleteStream(stream, { expectedRevision: 1n, credentials });
    // What hides the events is written beside the stream, and is not seen at once.
    await until(async () => (await readable()) === 'stream-not-found');

    expect(await append(stream, events(1), 'no_stream')).toMatchObject({ nextExpectedRevision: 2n });

    await until(async () => Array.isArray(await readable()));
    expect(await readable()).toEqual([2n]);
  });

  it.each([
    ['one by one', credentials],
    ['in batches', undefined],
  ])('neither reads nor takes anything for a stream with a tombstone, %s', async (_, login) => {
    const stream = name();
    await append(stream, events(2), 'no_stream', login);
    await client.tombstoneStream(stream, { expectedRevision: 1n, credentials });

    const deleted = { type: 'stream-deleted', streamName: stream };
    expect(await failure(all(client.readStream(stream)))).toMatchObject(deleted);
    for (const expected of ['any', 'no_stream', 'stream_exists', 1n] as const) {
      expect(await failure(append(stream, events(1), expected, login))).toMatchObject(deleted);
    }
    expect(await failure(client.tombstoneStream(stream, { credentials }))).toMatchObject(deleted);
  });

  it.each([
    ['one by one', credentials],
    ['in batches', undefined],
  ])(
    'refuses an append with more than a mebibyte of data, whatever its metadata, and writes nothing of it, %s',
    async (_, login) => {
      const stream = name();
      const large = () => jsonEvent({ type: 'Large', data: 'x'.repeat(2 ** 19 - 2) });

      expect(await failure(append(stream, [large(), large(), ...events(1)], 'no_stream', login))).toMatchObject({
        type: 'maximum-append-size-exceeded',
        maxAppendSize: 2 ** 20,
      });
      const [first, second] = [jsonEvent({ ...large(), metadata: { text: 'x'.repeat(2 ** 19) } }), large()];
      expect(await append(stream, [first, second], 'no_stream', login)).toMatchObject({ nextExpectedRevision: 1n });
    },
  );

  it('follows the streams with a prefix through the past into the present, without its own events', async () => {
    const [mine, others] = [name('mine-'), name('others-')];
    const { position: fromPosition } = await append(others, events(1), 'any');
    for (let n = 0; n < 40; n++) await append(n % 2 ? others : mine, events(2), 'any');
    const seen: string[] = [];
    let caughtUpAfter = -1;
    const subscription = client
      .subscribeToAll({ fromPosition, filter: streamNameFilter({ prefixes: [mine] }) })
      .on('caughtUp', () => {
        caughtUpAfter = seen.length;
      })
      .on('data', (resolved) => seen.push(idOf(resolved)));
    await until(() => caughtUpAfter >= 0 && seen.length === 40);

    await append(others, events(2), 'any');
    await append(mine, events(2), 'any');

    await until(() => seen.length === 42);
    expect(seen).toEqual((await all(client.readStream(mine))).map(idOf));
    await subscription.unsubscribe();
  });

  it('follows from after a position', async () => {
    const stream = name();
    await append(stream, events(3), 'any');
    const read = await all(client.readStream(stream));

    for (const [index, { event }] of read.slice(0, 2).entries()) {
      const [next] = await followed(1, event?.position as Position, stream);
      expect(next).toBe(idOf(read[index + 1]));
    }
  });

  it('tells how far it has looked where nothing passes the filter', async () => {
    const { position: fromPosition } = await append(name(), events(1), 'any');
    const last = await append(name(), events(100), 'any');
    const checkpoints: Position[] = [];
    const subscription = client.subscribeToAll({
      fromPosition,
      filter: streamNameFilter({
        regex: `^${name('nothing')}`,
        checkpointInterval: 1,
        maxSearchWindow: 10,
        checkpointReached: (_, position) => {
          checkpoints.push(position);
        },
      }),
    });
    subscription.on('data', () => {});
    await until(() => checkpoints.length > 0);
    let newest: Position | undefined;
    await until(async () => {
      newest = (await append(name(), events(20), 'any')).position;
      return (checkpoints.at(-1)?.commit ?? 0n) > (last.position?.commit ?? 0n);
    });

    expect(checkpoints.at(-1)?.commit).toBeLessThanOrEqual((newest as Position).commit + 10_000n);
    await subscription.unsubscribe();
  });

  it('drops a follower that is too slow for what is going on', async () => {
    const stream = name();
    let isCaughtUp = false;
    const received: string[] = [];
    const subscription = client
      .subscribeToAll({ fromPosition: 'end', filter: streamNameFilter({ prefixes: [stream] }) }, { highWaterMark: 1 })
      .on('caughtUp', () => {
        isCaughtUp = true;
      });
    const write = async () => {
      const large = () => jsonEvent({ type: 'Large', data: { text: 'x'.repeat(20_000) } });
      for (let n = 0; n < 200; n++) await append(stream, [large()], 'any');
    };
    let written: Promise<void> | undefined;
    const following = (async () => {
      for await (const resolved of subscription) {
        received.push(idOf(resolved));
        if (received.length === 1) await written;
      }
    })();
    await until(() => isCaughtUp);

    written = write();

    expect(await failure(following)).toMatchObject({ type: 'timeout', message: expect.stringContaining('too slow') });
    const there = (await all(client.readStream(stream))).map(idOf);
    expect(received).toEqual(there.slice(0, received.length));
    expect(received.length).toBeLessThan(200);
  });

  it('drops any follower when one append holds more events than it waits for', async () => {
    const stream = name();
    let isCaughtUp = false;
    const received: string[] = [];
    const subscription = client
      .subscribeToAll({ fromPosition: 'end', filter: streamNameFilter({ prefixes: [stream] }) })
      .on('caughtUp', () => {
        isCaughtUp = true;
      });
    const following = (async () => {
      for await (const resolved of subscription) received.push(idOf(resolved));
    })();
    await until(() => isCaughtUp);

    for (let n = 0; n < 2; n++) await append(stream, events(1_000), 'any');

    expect(await failure(following)).toMatchObject({ type: 'timeout', message: expect.stringContaining('too slow') });
    expect(received).toEqual((await all(client.readStream(stream))).map(idOf).slice(0, received.length));
  });

  it('follows one stream, also from before there is one', async () => {
    const stream = name();
    const revisions: (bigint | undefined)[] = [];
    const subscription = client.subscribeToStream(stream).on('data', ({ event }) => revisions.push(event?.revision));

    await append(stream, events(40), 'no_stream');
    await until(() => revisions.length === 40);
    await append(stream, events(1), 'any');
    await until(() => revisions.length === 41);

    expect(revisions).toEqual(Array.from({ length: 41 }, (_, revision) => BigInt(revision)));
    await subscription.unsubscribe();
  });

  function name(middle = ''): string {
    return `${subject.prefix}${middle}${randomUUID()}`;
  }

  function append(
    stream: string,
    what: Proposed[],
    expectedRevision: AppendExpectedRevision,
    login: typeof credentials | undefined = credentials,
  ) {
    return client.appendToStream(stream, what, { expectedRevision, credentials: login });
  }

  async function followed(count: number, fromPosition: Position, prefix: string): Promise<string[]> {
    const seen: string[] = [];
    for await (const resolved of client.subscribeToAll({
      fromPosition,
      filter: streamNameFilter({ prefixes: [prefix] }),
    })) {
      if (seen.push(idOf(resolved)) === count) break;
    }
    return seen;
  }
});

type Proposed = ReturnType<typeof jsonEvent>;

function events(count: number): Proposed[] {
  return Array.from({ length: count }, (_, n) => jsonEvent({ type: 'SomethingHappened', data: { n } }));
}

function idOf(resolved: ResolvedEvent | undefined): string {
  return resolved?.event?.id ?? 'none';
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

async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  for (let waited = 0; !(await condition()); waited += 10) {
    if (waited > 20_000) throw new Error('It did not happen.');
    await pause(10);
  }
}
