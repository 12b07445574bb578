import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import { inspect } from 'node:util';
import { EventStoreDBClient } from '@eventstore/db-client';
import { LogUnavailable } from '../../../src/application/ports/event-log.js';
import { KeyDestroyed, type SubjectKey } from '../../../src/application/ports/key-ring.js';
import { EsdbEventLog } from '../../../src/infrastructure/esdb/esdb-event-log.js';
import { EsdbKeyRing, type EsdbKeyRingOptions } from '../../../src/infrastructure/esdb/esdb-key-ring.js';
import { type EventStoreUnderTest, eventStore, hasRealServer } from '../../support/event-store/any.js';
import { impatient, startProcess } from './log-setup.js';

const ANNA = 'customer-0a1b2c3d-0000-4000-8000-000000000001';
const BEN = 'customer-0a1b2c3d-0000-4000-8000-000000000002';

describe('The key ring in EventStoreDB', () => {
  let server: EventStoreUnderTest;
  let ring: EsdbKeyRing;
  let masterKey: Buffer;
  const opened: EsdbKeyRing[] = [];

  beforeEach(async () => {
    server = await eventStore();
    masterKey = randomBytes(32);
    ring = await open();
  });

  afterEach(async () => {
    await Promise.all(opened.splice(0).map((each) => each.close()));
    await server.close();
  });

  async function open(options: Partial<EsdbKeyRingOptions> = {}): Promise<EsdbKeyRing> {
    const { url: connectionString, prefix } = server;
    const one = await EsdbKeyRing.open({ connectionString, prefix, masterKey, ...options });
    opened.push(one);
    return one;
  }

  it('makes one key of 32 bytes per subject and finds it again, also on another node and after a restart', async () => {
    expect(await ring.find([ANNA, BEN])).toEqual(new Map());

    const [anna, again, ben] = await Promise.all([ring.keyFor(ANNA), ring.keyFor(ANNA), ring.keyFor(BEN)]);

    expect(anna.length).toBe(32);
    expect(again).toEqual(anna);
    expect(ben).not.toEqual(anna);
    const both = new Map([
      [ANNA, anna],
      [BEN, ben],
    ]);
    expect(await ring.find(new Set([ANNA, BEN, 'rep-1']))).toEqual(both);
    expect(await (await open()).find([ANNA, BEN])).toEqual(both);
    await ring.close();
    await server.double?.stop();
    await server.double?.start();
    ring = await open();
    expect(await ring.keyFor(ANNA)).toEqual(anna);
    expect(ring.requestKey()).toHaveLength(32);
    expect(ring.requestKey()).not.toEqual(anna);
  });

  it('gives nodes that open at once and want the same keys at once the same ones', async () => {
    const prefix = server.prefix.replace(/-$/, 'k-');
    const nodes = await Promise.all([1, 2, 3].map(() => open({ prefix })));
    const subjects = Array.from({ length: 30 }, (_, index) => `person-${index}`);

    const keys = await Promise.all(
      nodes.map((node) => Promise.all(subjects.map(async (subject) => (await node.keyFor(subject)).toString('hex')))),
    );

    expect(keys[1]).toEqual(keys[0]);
    expect(keys[2]).toEqual(keys[0]);
    expect(new Set(keys[0]).size).toBe(30);
    expect(new Set(nodes.map((node) => node.requestKey().toString('hex'))).size).toBe(1);
  });

  it('gives two processes the same keys', async () => {
    const subjects = Array.from({ length: 20 }, (_, index) => `person-${index}`);
    const args = [server.url, server.prefix, masterKey.toString('hex'), ...subjects];

    const outputs = await Promise.all(
      [0, 1].map(async () => {
        const child = startProcess('key-making-process.ts', ...args);
        let output = '';
        child.stdout?.on('data', (text) => {
          output += text;
        });
        await once(child, 'close');
        return output;
      }),
    );

    const own = await Promise.all(
      subjects.map(async (subject) => `${subject} ${(await ring.keyFor(subject)).toString('hex')}\n`),
    );
    expect(outputs).toEqual([own.join(''), own.join('')]);
  });

  it('refuses another master key in a sentence, and opens nothing with it', async () => {
    await ring.keyFor(ANNA);

    const error = await open({ masterKey: randomBytes(32) }).catch((reason: Error) => reason);

    expect(error).not.toBeInstanceOf(LogUnavailable);
    expect((error as Error).message).toMatch(/^The keys on esdb:.* another master key than the one given\.$/);
    await expect(open({ masterKey: randomBytes(16) })).rejects.toThrow('32 bytes');
  });

  it('leaves no bytes of a key on the server', async () => {
    const keys = [await ring.keyFor(ANNA), await ring.keyFor(BEN), ring.requestKey(), masterKey];

    const stored: Buffer[] = [];
    const client = EventStoreDBClient.connectionString(server.url);
    for await (const { event } of client.readAll({ direction: 'backwards', fromPosition: 'end', maxCount: 5_000 })) {
      if (!event?.streamId.startsWith(server.prefix)) continue;
      stored.push(
        Buffer.from(event.data as Uint8Array),
        Buffer.from(inspect(event, { depth: null, maxStringLength: null })),
      );
    }
    await client.dispose();

    expect(stored.length).toBe(2 * 3);
    for (const key of keys) {
      for (const bytes of stored) {
        for (const form of [key, key.toString('hex'), key.toString('base64')]) expect(bytes.includes(form)).toBe(false);
      }
    }
  });

  it('does not take one subject’s key for that of another', async () => {
    const anna = await ring.keyFor(ANNA);
    const client = EventStoreDBClient.connectionString(server.url);
    for await (const { event } of client.readStream(`${server.prefix}key-${ANNA}`)) {
      const { type, data } = event!;
      await client.appendToStream(
        `${server.prefix}key-${BEN}`,
        {
          id: randomUUID(),
          contentType: 'application/octet-stream',
          type,
          data: data as Uint8Array,
          metadata: undefined,
        },
        { credentials: { username: 'anna', password: 'any' } },
      );
    }
    await client.dispose();

    await expect(ring.find([BEN])).rejects.toThrow(/altered/);
    expect(await ring.keyFor(ANNA)).toEqual(anna);
  });

  it('destroys a key for good: at once where it was destroyed, soon on the other nodes', async () => {
    const other = await open({ memoryMs: 200 });
    const ben = await ring.keyFor(BEN);
    const anna = await other.keyFor(ANNA);
    expect(await ring.keyFor(ANNA)).toEqual(anna);

    await ring.destroy(ANNA);

    expect(await ring.find([ANNA, BEN])).toEqual(new Map([[BEN, ben]]));
    await expect(ring.keyFor(ANNA)).rejects.toThrow(KeyDestroyed);
    while ((await other.find([ANNA])).size > 0) await pause(20);
    await expect(other.keyFor(ANNA)).rejects.toThrow(KeyDestroyed);
    await expect((await open()).keyFor(ANNA)).rejects.toThrow(KeyDestroyed);
    await ring.destroy(ANNA);
    await other.destroy(ANNA);
  });

  it('refuses a first key as well to a subject that was erased before it had one, and never destroys that of the requests', async () => {
    await ring.destroy(BEN);

    await expect(ring.keyFor(BEN)).rejects.toThrow(KeyDestroyed);
    const results = await Promise.allSettled([ring.keyFor(ANNA), ring.keyFor(BEN), ring.keyFor('rep-1')]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await expect(ring.destroy('$requests')).rejects.toThrow(RangeError);
    await expect(ring.find(['$requests'])).rejects.toThrow(RangeError);
  });

  it('moves into another ring with all its keys, and what was erased stays so', async () => {
    const subjects = Array.from({ length: 70 }, (_, index) => `person-${index}`);
    const made = await Promise.all(subjects.map(async (subject) => ({ subject, key: await ring.keyFor(subject) })));
    for (const { subject } of made.slice(0, 3)) await ring.destroy(subject);
    const left = made.slice(3);
    const target = await open({ prefix: server.prefix.replace(/-$/, 'm-') });
    await target.destroy('person-5');
    const sorted = (keys: readonly SubjectKey[]) => [...keys].sort((a, b) => (a.subject < b.subject ? -1 : 1));

    expect(sorted(await all(ring.keys()))).toEqual(sorted(left));
    expect((await all(ring.destroyed())).sort()).toEqual(['person-0', 'person-1', 'person-2']);
    for (let round = 0; round < 2; round++) await target.adopt({ requestKey: ring.requestKey(), keys: ring.keys() });

    expect(target.requestKey()).toEqual(ring.requestKey());
    expect(sorted(await all(target.keys()))).toEqual(sorted(left.filter(({ subject }) => subject !== 'person-5')));
    const reopened = await open({ prefix: server.prefix.replace(/-$/, 'm-') });
    expect(reopened.requestKey()).toEqual(ring.requestKey());
    const grown = await open({ prefix: server.prefix.replace(/-$/, 'g-') });
    await grown.keyFor(ANNA);
    const before = grown.requestKey();
    await expect(grown.adopt({ requestKey: ring.requestKey(), keys: ring.keys() })).rejects.toThrow(/keys of its own/);
    expect(grown.requestKey()).toEqual(before);
  });

  it('is not seen by the log beside it', async () => {
    const log = await EsdbEventLog.open({ connectionString: server.url, prefix: server.prefix });
    await ring.keyFor(ANNA);
    await ring.destroy(ANNA);

    expect(await all(log.readAll())).toEqual([]);
    expect(await log.head()).toEqual({ position: undefined });
    await log.close();
  });

  it('refuses everything once it is closed', async () => {
    const wanted = ring.keyFor(ANNA);
    await ring.close();

    expect(await wanted).toHaveLength(32);
    await expect(ring.keyFor(BEN)).rejects.toThrow(LogUnavailable);
    await expect(ring.find([ANNA])).rejects.toThrow(LogUnavailable);
    await expect(ring.destroy(ANNA)).rejects.toThrow(LogUnavailable);
  });

  // A real server does not fail on command.
  if (!hasRealServer) {
    it('makes a key once although the outcome was unknown, and says that it is unavailable while the server is', async () => {
      const { double } = server;
      ring = await open({ patience: impatient, memoryMs: 1 });
      double?.failNextAppend('after', 'cut');
      const anna = await ring.keyFor(ANNA);
      expect(await (await open()).keyFor(ANNA)).toEqual(anna);

      await double?.stop();
      await expect(ring.keyFor(BEN)).rejects.toThrow(LogUnavailable);
      await expect(ring.find([BEN])).rejects.toThrow(LogUnavailable);
      await expect(ring.destroy(BEN)).rejects.toThrow(LogUnavailable);
      await expect(open({ patience: impatient })).rejects.toThrow(LogUnavailable);
      // What it remembers still opens what was sealed, for a while.
      expect(await ring.find([ANNA])).toEqual(new Map([[ANNA, anna]]));

      await double?.start();
      expect(await ring.keyFor(BEN)).toHaveLength(32);
    });
  }
});

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}
