import { once } from 'node:events';
import { mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { LogDamaged, LogUnavailable } from '../../../src/application/ports/event-log.js';
import { KeyDestroyed } from '../../../src/application/ports/key-ring.js';
import { SqliteEventLog } from '../../../src/infrastructure/sqlite/sqlite-event-log.js';
import { SqliteKeyRing } from '../../../src/infrastructure/sqlite/sqlite-key-ring.js';
import { startProcess, systemClock, temporaryFolder, withDatabase } from './log-setup.js';

const ANNA = 'customer-0a1b2c3d-0000-4000-8000-000000000001';
const BEN = 'customer-0a1b2c3d-0000-4000-8000-000000000002';

describe('The key ring', () => {
  let folder: string;
  let file: string;
  let ring: SqliteKeyRing;

  beforeEach(async () => {
    folder = temporaryFolder();
    file = join(folder, 'keys.db');
    ring = await SqliteKeyRing.open(file);
  });

  afterEach(async () => {
    await ring.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('makes one key of 32 bytes per subject and finds it again, also after a restart', async () => {
    expect(await keyOf(ANNA)).toBeUndefined();

    const [anna, again, ben] = await Promise.all([ring.keyFor(ANNA), ring.keyFor(ANNA), ring.keyFor(BEN)]);

    expect(anna.length).toBe(32);
    expect(again).toEqual(anna);
    expect(ben).not.toEqual(anna);
    expect(await keyOf(ANNA)).toEqual(anna);
    await ring.close();
    ring = await SqliteKeyRing.open(file);
    expect(await keyOf(ANNA)).toEqual(anna);
    expect(await ring.keyFor(BEN)).toEqual(ben);
  });

  it('keeps the same key for comparing requests, apart from all others', async () => {
    const requests = ring.requestKey();
    expect(requests.length).toBe(32);
    expect(requests).not.toEqual(await ring.keyFor(ANNA));

    await ring.close();
    ring = await SqliteKeyRing.open(file);

    expect(ring.requestKey()).toEqual(requests);
    await expect(async () => ring.destroy('$requests')).rejects.toThrow(RangeError);
    expect(ring.requestKey()).toEqual(requests);
  });

  it('lies in files that only their owner can read', async () => {
    await ring.keyFor(ANNA);

    const modes = readdirSync(folder).map((name) => statSync(join(folder, name)).mode & 0o777);

    expect(modes.length).toBeGreaterThan(0);
    expect(modes.every((mode) => mode === 0o600)).toBe(true);
  });

  it('destroys a key for good: no second one, and no bytes of it in any of its files', async () => {
    const subjects = [ANNA, BEN, ...Array.from({ length: 400 }, (_, index) => `person-${index}`)];
    const keys = await Promise.all(subjects.map((subject) => ring.keyFor(subject)));
    const isErased = (index: number) => index === 0 || index % 7 === 3;
    expect(keys.every(isAnywhere)).toBe(true);

    for (const subject of subjects.filter((_, index) => isErased(index))) await ring.destroy(subject);

    const expectErased = async () => {
      expect(keys.map(isAnywhere)).toEqual(keys.map((_, index) => !isErased(index)));
      expect(await keyOf(ANNA)).toBeUndefined();
      await expect(ring.keyFor(ANNA)).rejects.toThrow(KeyDestroyed);
      expect(await keyOf(BEN)).toEqual(keys[1]);
    };
    await expectErased();
    await ring.close();
    ring = await SqliteKeyRing.open(file);
    await expectErased();
  });

  it('refuses a first key as well to a subject that was erased before it had one', async () => {
    await ring.destroy(BEN);

    await expect(ring.keyFor(BEN)).rejects.toThrow(KeyDestroyed);
    await expect(ring.destroy(BEN)).resolves.toBeUndefined();
  });

  it('makes the keys of the others when one of the subjects wanted together was erased', async () => {
    await ring.destroy(ANNA);

    const results = await Promise.allSettled([ring.keyFor(BEN), ring.keyFor(ANNA), ring.keyFor('rep-1')]);

    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(await keyOf('rep-1')).toBeDefined();
  });

  it('gives two processes that want a key at the same time the same one', async () => {
    const subjects = Array.from({ length: 60 }, (_, index) => `person-${index}`);
    const children = [0, 1].map(() => startProcess('key-making-process.ts', file, ...subjects));

    const outputs = await Promise.all(
      children.map(async (child) => {
        let output = '';
        child.stdout?.on('data', (text) => {
          output += text;
        });
        await once(child, 'close');
        return output.trim().split('\n');
      }),
    );

    const own = await Promise.all(
      subjects.map(async (subject) => `${subject} ${(await ring.keyFor(subject)).toString('hex')}`),
    );
    expect(outputs[0]).toEqual(own);
    expect(outputs[1]).toEqual(own);
  });

  it('finds what another process has made and loses what it has destroyed', async () => {
    const other = await SqliteKeyRing.open(file);
    const anna = await other.keyFor(ANNA);
    expect(await keyOf(ANNA)).toEqual(anna);

    await other.destroy(ANNA);
    await nextTurn();

    expect(await keyOf(ANNA)).toBeUndefined();
    await expect(ring.keyFor(ANNA)).rejects.toThrow(KeyDestroyed);
    await other.close();
  });

  it('turns away who wants a new key while another process holds the file too long, but still finds the old ones', async () => {
    const anna = await ring.keyFor(ANNA);
    await ring.close();
    ring = await SqliteKeyRing.open(file, { busyTimeoutMs: 50 });
    const other = new DatabaseSync(file);
    other.exec('BEGIN IMMEDIATE');

    await expect(ring.keyFor(BEN)).rejects.toThrow(LogUnavailable);
    expect(await keyOf(ANNA)).toEqual(anna);

    other.close();
    expect(await ring.keyFor(BEN)).toHaveLength(32);
  });

  it('refuses what is not a key ring and changes nothing in it', async () => {
    const cases: [string, (path: string) => Promise<void> | void][] = [
      ['folder', (path) => mkdirSync(path)],
      ['empty', (path) => writeFileSync(path, '')],
      ['text', (path) => writeFileSync(path, 'not a key ring'.repeat(100))],
      ['foreign', (path) => withDatabase(path, (database) => database.exec('CREATE TABLE keys (subject, key)'))],
      ['log', async (path) => (await SqliteEventLog.open(path, { clock: systemClock })).close()],
    ];
    for (const [name, put] of cases) {
      const path = join(folder, name);
      await put(path);
      const bytes = () => (name === 'folder' ? '' : readFileSync(path, 'hex'));
      const before = bytes();

      await expect(SqliteKeyRing.open(path)).rejects.toThrow(LogDamaged);

      expect(bytes() === before).toBe(true);
    }
  });

  it('refuses everything once it is closed', async () => {
    const wanted = ring.keyFor(ANNA);
    await ring.close();

    expect(await wanted).toHaveLength(32);
    await expect(ring.keyFor(BEN)).rejects.toThrow(LogUnavailable);
    await expect(keyOf(ANNA)).rejects.toThrow(LogUnavailable);
  });

  describe('that moves house', () => {
    let target: SqliteKeyRing;

    beforeEach(async () => {
      target = await SqliteKeyRing.open(join(folder, 'moved.db'));
    });
    afterEach(async () => {
      await target.close();
    });

    const subjects = Array.from({ length: 2_500 }, (_, index) => `person-${index}`);
    const everything = async (from: SqliteKeyRing) => {
      const all = new Map<string, string>();
      for await (const { subject, key } of from.keys()) all.set(subject, key.toString('hex'));
      return all;
    };

    it('takes its keys and the one for comparing requests along, and not those that were destroyed', async () => {
      await Promise.all(subjects.map((subject) => ring.keyFor(subject)));
      await ring.destroy('person-7');

      await target.adopt({ requestKey: ring.requestKey(), keys: ring.keys() });

      const moved = await everything(target);
      expect(moved.size).toBe(2_499);
      expect(moved).toEqual(await everything(ring));
      expect(target.requestKey()).toEqual(ring.requestKey());
      expect(await target.keyFor(BEN)).not.toEqual(await ring.keyFor(BEN));
    });

    it('goes on where it was broken off, and revives nothing that was destroyed in the meantime', async () => {
      await Promise.all(subjects.map((subject) => ring.keyFor(subject)));
      async function* half() {
        let left = 1_200;
        for await (const key of ring.keys()) {
          if (left-- === 0) throw new Error('The power failed.');
          yield key;
        }
      }
      await expect(target.adopt({ requestKey: ring.requestKey(), keys: half() })).rejects.toThrow('The power failed.');
      await target.destroy('person-0');

      await target.adopt({ requestKey: ring.requestKey(), keys: ring.keys() });
      await target.adopt({ requestKey: ring.requestKey(), keys: ring.keys() });

      const expected = await everything(ring);
      expected.delete('person-0');
      expect(await everything(target)).toEqual(expected);
    });

    it('is refused by a ring that has made keys of its own, which keeps them', async () => {
      await ring.keyFor(ANNA);
      const own = await target.keyFor(ANNA);

      await expect(target.adopt({ requestKey: ring.requestKey(), keys: ring.keys() })).rejects.toThrow(
        /holds 1 keys of its own: it takes over no others\.$/,
      );
      await expect(target.adopt({ requestKey: target.requestKey(), keys: ring.keys() })).rejects.toThrow(
        `has another key for ${ANNA} already`,
      );

      expect(await target.keyFor(ANNA)).toEqual(own);
      expect(target.requestKey()).not.toEqual(ring.requestKey());
    });
  });

  async function keyOf(subject: string): Promise<Buffer | undefined> {
    return (await ring.find([subject])).get(subject);
  }

  function isAnywhere(key: Buffer): boolean {
    return readdirSync(folder).some((name) => readFileSync(join(folder, name)).includes(key));
  }
});
