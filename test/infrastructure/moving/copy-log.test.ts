import { DatabaseSync } from 'node:sqlite';
import { KeyDestroyed } from '../../../src/application/ports/key-ring.js';
import { openDeep } from '../../../src/application/sealing.js';
import { readStored } from '../../../src/application/stored-event.js';
import { pathsOf } from '../../../src/infrastructure/data-folder.js';
import { type CopyProgress, copyLog, verifyCopy } from '../../../src/infrastructure/moving/copy-log.js';
import { contents, type Folders, folders, put, type SqliteStore, tellHistory } from './stores.js';

const MINUTE = 60_000;
let data: Folders;

beforeEach(() => {
  data = folders();
});
afterEach(() => data.remove());

const givenHistory = async (steps = 80, seed = 1) => {
  const store = await data.open();
  await tellHistory(store, { seed, steps });
  return store;
};

const keysOf = async ({ keyRing }: SqliteStore) => {
  const keys = new Map<string, string>();
  for await (const { subject, key } of keyRing.keys()) keys.set(subject, key.toString('hex'));
  return keys;
};

/** Changes the file of a log behind its back. */
const tamper = async (store: SqliteStore, sql: string): Promise<SqliteStore> => {
  await store.close();
  const database = new DatabaseSync(pathsOf(store.folder).log);
  expect(database.prepare(sql).run().changes).toBe(1);
  database.close();
  return data.open(store.folder);
};

describe('The copying of a log', () => {
  it('gives the target every event with its id, bytes, revision and place, and the keys of the sealed texts', async () => {
    const source = await givenHistory();
    const target = await data.open();

    const copied = await copyLog(source, target);

    const events = await contents(source.log);
    expect(await contents(target.log)).toEqual(events);
    expect(await keysOf(target)).toEqual(await keysOf(source));
    expect(copied).toMatchObject({
      events: events.length,
      copied: events.length,
      streams: new Set(events.map(({ stream }) => stream)).size,
      keys: (await keysOf(source)).size,
    });
  });

  it('keeps recorded times that step back, those of a log that was a copy itself, and those of one stream in a row', async () => {
    const source = await data.open();
    const start = source.clock.time;
    for (const minutes of [0, 10, -30, 5, 20]) {
      source.clock.time = start + minutes * MINUTE;
      await put(source.log, `customer-${minutes}`, {});
      await put(source.log, 'rep-anna', {}, { originalRecordedAt: start - 400 * MINUTE }, {});
    }
    const target = await data.open();
    target.clock.time = start + 99_000 * MINUTE;
    const back = await data.open();

    await copyLog(source, target);
    await copyLog(target, back);

    expect(new Set((await contents(source.log)).map(({ recorded }) => recorded - start))).toEqual(
      new Set([0, 10 * MINUTE, 20 * MINUTE]),
    );
    expect(await contents(target.log)).toEqual(await contents(source.log));
    expect(await contents(back.log)).toEqual(await contents(source.log));
  });

  it('takes long streams, large events and odd texts as they are', async () => {
    const source = await data.open();
    await put(source.log, 'customer-é \u{1F9E6}', ...Array.from({ length: 2_100 }, () => ({})));
    const large = JSON.stringify({ notes: 'ĳ'.repeat(200_000) });
    await put(source.log, 'customer-large', ...Array.from({ length: 4 }, () => ({ data: large })));
    await put(source.log, 'rep-\u0001', { data: '{"text":"\\u0000 \\n\u2028"}', metadata: undefined });
    const target = await data.open();

    await copyLog(source, target);

    expect(await contents(target.log)).toEqual(await contents(source.log));
  });

  it('goes on where it was stopped, and ends with the same log', async () => {
    const source = await givenHistory(120);
    const target = await data.open();
    const whole = await data.open();
    await copyLog(source, whole);
    let attempts = 0;
    let copied = 0;
    for (let isDone = false; !isDone; attempts++) {
      const stopping = new AbortController();
      let there = 0;
      const onProgress = ({ step, events }: CopyProgress) => {
        if (step === 'copying') there = events;
        if (there >= 15) stopping.abort(new Error('Stopped.'));
      };
      try {
        const result = await copyLog(source, target, { signal: stopping.signal, onProgress });
        copied += result.copied;
        isDone = true;
      } catch (error) {
        expect((error as Error).message).toBe('Stopped.');
        copied += there;
      }
    }
    expect(attempts).toBeGreaterThan(3);
    expect(await contents(target.log)).toEqual(await contents(whole.log));
    expect(copied).toBe((await contents(source.log)).length);
  });

  it('goes on with what was recorded since', async () => {
    const source = await givenHistory(40);
    const target = await data.open();
    await copyLog(source, target);
    await put(source.log, 'rep-late', {}, {});

    const { copied } = await copyLog(source, target);

    expect(copied).toBe(2);
    expect(await contents(target.log)).toEqual(await contents(source.log));
  });

  it('copies nothing when all of it is there, and copies an empty log', async () => {
    const source = await data.open();
    const target = await data.open();
    expect(await copyLog(source, target)).toMatchObject({ events: 0, copied: 0, streams: 0 });
    await put(source.log, 'rep-anna', {});
    await copyLog(source, target);
    expect(await copyLog(source, target)).toMatchObject({ events: 1, copied: 0 });
  });

  it('tells how far it is, and ends at the end', async () => {
    const source = await givenHistory();
    const told: CopyProgress[] = [];
    await copyLog(source, await data.open(), { onProgress: (progress) => told.push(progress) });
    expect([...new Set(told.map(({ step }) => step))]).toEqual(['comparing', 'copying', 'verifying']);
    const last = told.findLast(({ step }) => step === 'copying');
    expect(last?.done).toBe(last?.total);
    expect(last?.events).toBe((await contents(source.log)).length);
  });

  it.each([
    ['a log of something else', async (target: SqliteStore) => put(target.log, 'rep-anna', {})],
    [
      'a log of the same company that was begun by itself',
      async (target: SqliteStore) => tellHistory(target, { seed: 2, steps: 1 }),
    ],
    [
      'a copy that was recorded in since',
      async (target: SqliteStore, source: SqliteStore) => {
        await copyLog(source, target);
        await put(target.log, 'rep-new', {});
      },
    ],
  ])('refuses %s as its target, and writes nothing', async (_what, given) => {
    const source = await givenHistory(20);
    const target = await data.open();
    await given(target, source);
    const before = await contents(target.log);
    const keys = await keysOf(target);

    await expect(copyLog(source, target)).rejects.toThrow(
      /^The target holds something else than this log, and nothing/,
    );

    expect(await contents(target.log)).toEqual(before);
    expect(await keysOf(target)).toEqual(keys);
  });

  it('refuses to copy a log onto itself', async () => {
    const source = await givenHistory(5);
    const again = await data.open(source.folder);
    await expect(copyLog(source, again)).rejects.toThrow('Source and target are one and the same log.');
  });

  it('says so when something else writes to the target meanwhile', async () => {
    const source = await data.open();
    await put(source.log, 'rep-anna', {});
    await put(source.log, 'rep-bram', {});
    await put(source.log, 'rep-anna', {});
    const target = await data.open();
    let isDone = false;
    const intrude = ({ events }: CopyProgress) => {
      if (events < 1 || isDone) return;
      isDone = true;
      // Accepted before the next event of the copy is.
      void target.log.append('rep-bram', [{ id: 'intruder', type: 'RepRegistered', data: '{}' }], 'any');
    };
    await expect(copyLog(source, target, { onProgress: intrude })).rejects.toThrow(
      /^Something else is writing to the target: rep-bram is at revision 0 there/,
    );
  });
});

describe('The key ring of a copied log', () => {
  it('opens in the target what was sealed in the source', async () => {
    const source = await givenHistory(120);
    const target = await data.open();
    await copyLog(source, target);
    const opened = async (store: SqliteStore) => {
      const texts: unknown[] = [];
      for await (const event of store.log.readAll()) texts.push(await openDeep(readStored(event).data, store.keyRing));
      return texts;
    };
    const texts = await opened(target);
    expect(texts).toEqual(await opened(source));
    expect(JSON.stringify(texts)).toContain('spoke of pens');
    expect(target.keyRing.requestKey()).toEqual(source.keyRing.requestKey());
  });

  it('keeps erased what was erased: no text opens, and nothing new is sealed', async () => {
    const source = await data.open();
    await source.keyRing.keyFor('customer-1');
    await source.keyRing.keyFor('person-2');
    await source.keyRing.destroy('customer-1');
    const target = await data.open();

    await copyLog(source, target);

    await expect(target.keyRing.keyFor('customer-1')).rejects.toThrow(KeyDestroyed);
    expect([...(await keysOf(target)).keys()]).toEqual(['person-2']);
  });

  it('erases in the target what was erased in the source since a first attempt', async () => {
    const source = await data.open();
    await source.keyRing.keyFor('customer-1');
    const target = await data.open();
    await copyLog(source, target);
    await source.keyRing.destroy('customer-1');
    await source.keyRing.keyFor('person-2');

    await expect(verifyCopy(source, target)).rejects.toThrow(/customer-1|1 keys|person-2/);
    await copyLog(source, target);

    expect(await keysOf(target)).toEqual(await keysOf(source));
    await expect(target.keyRing.keyFor('customer-1')).rejects.toThrow(KeyDestroyed);
  });
});

describe('The verification of a copy', () => {
  const copied = async () => {
    const source = await givenHistory(60);
    const target = await data.open();
    await copyLog(source, target);
    return { source, target };
  };

  it('finds a true copy to be one', async () => {
    const { source, target } = await copied();
    expect(await verifyCopy(source, target)).toMatchObject({ events: (await contents(source.log)).length });
  });

  it.each([
    ['data', `UPDATE events SET data = replace(data, '"', '" ') WHERE position = 7`, 'data'],
    ['metadata', `UPDATE events SET metadata = metadata || ' ' WHERE position = 7`, 'metadata'],
    ['id', `UPDATE events SET id = 'another' WHERE position = 7`, 'id'],
    ['type', `UPDATE events SET type = 'VisitLogged2' WHERE position = 7`, 'type'],
    [
      'recorded time',
      `UPDATE events SET original_recorded_at = 1 + original_recorded_at WHERE position = 7`,
      'recorded time',
    ],
  ])('names the event that differs in its %s', async (_what, change, named) => {
    const { source, target } = await copied();
    const changed = await tamper(target, change);
    const seventh = (await contents(source.log))[6]!;
    await expect(verifyCopy(source, changed)).rejects.toThrow(
      `Event ${seventh.revision} of ${seventh.stream} (${seventh.type}, position 7) differs in the target (there at position 7): its ${named}.`,
    );
  });

  it('names the event that is missing at the end', async () => {
    const { source, target } = await copied();
    await put(source.log, 'rep-late', {});
    await expect(verifyCopy(source, target)).rejects.toThrow(/Event 0 of rep-late .* is not there/);
  });

  it('names the event that is missing in the middle', async () => {
    const { source, target } = await copied();
    const changed = await tamper(target, 'DELETE FROM events WHERE position = 7');
    const [seventh, eighth] = (await contents(source.log)).slice(6);
    await expect(verifyCopy(source, changed)).rejects.toThrow(
      new RegExp(
        `holds event ${seventh!.revision} of ${seventh!.stream} .* holds event ${eighth!.revision} of ${eighth!.stream} `,
      ),
    );
  });

  it('names the event that is too many', async () => {
    const { source, target } = await copied();
    await put(target.log, 'rep-new', {});
    await expect(verifyCopy(source, target)).rejects.toThrow(/Event 0 of rep-new .* is in the target only/);
  });

  it('finds events of two streams that changed places', async () => {
    const source = await data.open();
    await put(source.log, 'rep-anna', { id: 'a' });
    await put(source.log, 'rep-bram', { id: 'b' });
    const target = await data.open();
    const originalRecordedAt = source.clock.time;
    await put(target.log, 'rep-bram', { id: 'b', originalRecordedAt });
    await put(target.log, 'rep-anna', { id: 'a', originalRecordedAt });
    await expect(verifyCopy(source, target)).rejects.toThrow(/holds event 0 of rep-anna .* holds event 0 of rep-bram/);
  });

  it('says so when the source itself was changed behind its back', async () => {
    const source = await givenHistory(60);
    const stream = 'customer-00000000-0000-4000-8001-000000000000';
    const events = (await contents(source.log)).filter((event) => event.stream === stream);
    const changed = await tamper(
      source,
      `UPDATE events SET data = replace(data, '{', '{ ') WHERE id = '${events[1]!.id}'`,
    );
    await expect(copyLog(changed, await data.open())).rejects.toThrow(
      new RegExp(`Event 2 of ${stream} .* does not carry the hash of the event before it`),
    );
  });

  it('finds a key that is another one', async () => {
    const source = await data.open();
    await source.keyRing.keyFor('person-1');
    const target = await data.open();
    await target.keyRing.adopt({ requestKey: source.keyRing.requestKey(), keys: [] });
    await target.keyRing.keyFor('person-1');
    await expect(verifyCopy(source, target)).rejects.toThrow('The key of person-1 is not in the target');
  });
});
