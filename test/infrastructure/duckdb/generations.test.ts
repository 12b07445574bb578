import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReadSideNotReady } from '../../../src/application/ports/read-side.js';
import { DuckDbReadSide } from '../../../src/infrastructure/duckdb/duckdb-read-side.js';
import { type Fact, loadFacts, loadViews, type SqlFile } from '../../../src/infrastructure/duckdb/sql-files.js';
import { ArrayEventLog } from '../../support/array-event-log.js';
import { type GivenEvent, type GivenReadSide, givenReadSide, recorded } from '../../support/read-side.js';
import { contents } from './table-contents.js';

const stream = 'customer-11111111-1111-4111-8111-111111111111';
const lifecycle = (lifecycle: string): GivenEvent => ({
  type: 'LifecycleChanged',
  at: '2026-01-01',
  stream,
  data: { lifecycle },
});

let folder: string;
let given: GivenReadSide | undefined;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'read-side-'));
});
afterEach(async () => {
  await given?.close();
  given = undefined;
  rmSync(folder, { recursive: true, force: true });
});

const log = new ArrayEventLog();
log.put(...recorded([lifecycle('suspect'), lifecycle('prospect')]));
const lifecycles = async () =>
  (await given!.rows<{ lifecycle: string }>('SELECT lifecycle FROM customer_lifecycle ORDER BY position')).map(
    (row) => row.lifecycle,
  );
const open = (options: { log?: ArrayEventLog; facts?: readonly Fact[]; views?: readonly SqlFile[] } = {}) =>
  givenReadSide([], { folder, log, views: [], ...options });

/** Opens and closes once, so that there is a generation. */
async function leaveGeneration(): Promise<void> {
  await (await open()).close();
}

const file = (generation = 1) => join(folder, String(generation), 'read.duckdb');
const wasRebuilt = () => given!.told.some((sentence) => sentence.includes('is built again'));

describe('a generation', () => {
  it('is used again after a restart, and goes on from where it was', async () => {
    await leaveGeneration();
    const more = new ArrayEventLog();
    more.put(...log.events, ...recorded([lifecycle('customer')], log.events));
    given = await open({ log: more });
    expect(await lifecycles()).toEqual(['suspect', 'prospect', 'customer']);
    expect((await given.readSide.status()).generation).toBe(1);
    expect(given.told).toEqual([]);
  });

  it('is followed by the next one on a rebuild, and removed', async () => {
    given = await open();
    const before = await contents(given);
    const progress: bigint[] = [];
    const done = await given.readSide.rebuild(({ position }) => progress.push(position));
    expect(done.events).toBe(2);
    expect(progress).toEqual([2n]);
    expect((await given.readSide.status()).generation).toBe(2);
    expect(readFileSync(join(folder, 'CURRENT'), 'utf8')).toBe('2\n');
    expect(readdirSync(folder).filter((name) => /^\d+$/.test(name))).toEqual(['2']);
    expect(await contents(given)).toEqual(before);
  });

  it('answers while the next one is being built', async () => {
    given = await open();
    const rebuilding = given.readSide.rebuild();
    const answers = new Set<string>();
    let isDone = false;
    void rebuilding.then(() => {
      isDone = true;
    });
    while (!isDone) answers.add(String(await lifecycles()));
    expect([...answers]).toEqual(['suspect,prospect']);
  });

  it.each([
    ['has gone', () => rmSync(join(folder, '1'), { recursive: true })],
    ['is garbage', () => writeFileSync(file(), 'this is no database'.repeat(1_000))],
    ['was cut short', () => truncateSync(file(), 5_000)],
    ['is empty', () => truncateSync(file(), 0)],
    ['has a header of zeros', () => writeFileSync(file(), Buffer.alloc(statSync(file()).size))],
  ])('is built again when it %s', async (_, damage) => {
    await leaveGeneration();
    damage();
    given = await open();
    expect(await lifecycles()).toEqual(['suspect', 'prospect']);
    expect(wasRebuilt()).toBe(true);
    expect((await given.readSide.status()).generation).toBe(2);
  });

  it.each([
    ['nobody names it', () => rmSync(join(folder, 'CURRENT'))],
    ['what names it is nonsense', () => writeFileSync(join(folder, 'CURRENT'), '../../etc\n')],
  ])('is not believed when %s', async (_, damage) => {
    await leaveGeneration();
    writeFileSync(file(), 'left behind by a build that was killed');
    damage();
    given = await open();
    expect(await lifecycles()).toEqual(['suspect', 'prospect']);
  });

  it('is built again when it was made from another log', async () => {
    await leaveGeneration();
    const other = new ArrayEventLog('other');
    other.put(...recorded([lifecycle('customer'), lifecycle('customer')]));
    given = await open({ log: other });
    expect(await lifecycles()).toEqual(['customer', 'customer']);
    expect(given.told[0]).toContain('made from another log');
  });

  it('is built again when the log is shorter than what it has seen, as after a restored backup', async () => {
    await leaveGeneration();
    const restored = new ArrayEventLog();
    restored.put(...log.events.slice(0, 1));
    given = await open({ log: restored });
    expect(await lifecycles()).toEqual(['suspect']);
    expect(given.told[0]).toContain('does not hold the event at position 2');
  });

  it('is built again when a restored log went on differently', async () => {
    await leaveGeneration();
    const restored = new ArrayEventLog();
    restored.put(...log.events.slice(0, 1));
    restored.put(...recorded([lifecycle('customer'), lifecycle('customer')], restored.events));
    given = await open({ log: restored });
    expect(await lifecycles()).toEqual(['suspect', 'customer', 'customer']);
  });

  it('is built again when the SQL of a fact has changed', async () => {
    await leaveGeneration();
    const facts = loadFacts().map((fact) =>
      fact.name === 'customer_lifecycle'
        ? {
            ...fact,
            inserts: fact.inserts.map((sql) => sql.replace("data ->> '$.lifecycle'", "upper(data ->> '$.lifecycle')")),
          }
        : fact,
    );
    given = await open({ facts });
    expect(await lifecycles()).toEqual(['SUSPECT', 'PROSPECT']);
    expect(given.told[0]).toContain('made by other rules');
  });

  it('is built again when a newer version has a fact more, with views over it', async () => {
    await (await open({ facts: loadFacts().filter(({ name }) => name !== 'review') })).close();
    given = await open({ views: loadViews() });
    expect(await lifecycles()).toEqual(['suspect', 'prospect']);
    expect(given.told[0]).toContain('made by other rules');
  });

  it('that a killed build left behind is removed', async () => {
    await leaveGeneration();
    mkdirSync(join(folder, '2'));
    writeFileSync(file(2), 'half');
    writeFileSync(join(folder, 'CURRENT.tmp'), '2');
    given = await open();
    expect(readdirSync(folder).sort()).toEqual(['1', 'CURRENT', 'lock']);
    expect(given.told).toEqual([]);
  });

  it('is not touched by a second opener', async () => {
    given = await open();
    await expect(open()).rejects.toThrow('is open in another process');
    expect(await lifecycles()).toEqual(['suspect', 'prospect']);
  });

  it('that is damaged where nobody looked yet is built again once somebody does', async () => {
    const many = new ArrayEventLog();
    many.put(...recorded(Array.from({ length: 5_000 }, () => lifecycle('prospect'))));
    given = await open({ log: many });
    await given.close();
    const bytes = readFileSync(file());
    for (let at = 12_288 + 8_192; at < bytes.length; at += 4_096) bytes.fill(0xa5, at, at + 64);
    writeFileSync(file(), bytes);
    given = await open({ log: many });
    const ask = () =>
      given!
        .rows<{ n: number }>('SELECT count(DISTINCT event_id) AS n, max(actor) AS a FROM event')
        .catch(() => [{ n: -1 }]);
    while ((await ask())[0]?.n !== 5_000) await new Promise((resolve) => setTimeout(resolve, 20));
    expect(wasRebuilt()).toBe(true);
    expect(existsSync(file(1))).toBe(false);
  });
});

describe('a build', () => {
  const long = new ArrayEventLog();
  long.put(...recorded(Array.from({ length: 3_000 }, () => lifecycle('prospect'))));
  const building = () =>
    DuckDbReadSide.open({
      folder,
      log: long,
      settings: { timeZone: 'Europe/Amsterdam', currency: 'EUR' },
      views: [],
      batchSize: 50,
      transactionSize: 50,
    });

  it('lets nobody ask before it is whole', async () => {
    const readSide = building();
    await readSide.start();
    expect(() => readSide.reading({ asOf: 0, known: 0n })).toThrow(ReadSideNotReady);
    expect((await readSide.status()).state).toBe('building');
    await readSide.ready();
    expect(await readSide.reading({ asOf: 0, known: 0n }).rows('SELECT count(*) AS n FROM event')).toEqual([
      { n: 3_000 },
    ]);
    await readSide.close();
  });

  it('that is given up leaves nothing behind that could be believed', async () => {
    const readSide = building();
    await readSide.start();
    const ready = readSide.ready();
    await readSide.close();
    await expect(ready).rejects.toThrow();
    expect(readdirSync(folder)).toEqual(['lock']);
  });

  it('is asked for twice and done once', async () => {
    given = await open();
    const [one, other] = await Promise.all([given.readSide.rebuild(), given.readSide.rebuild()]);
    expect(one).toBe(other);
    expect((await given.readSide.status()).generation).toBe(2);
  });
});

describe('a read side without events', () => {
  it('answers with nothing', async () => {
    given = await givenReadSide([], { folder, views: [] });
    expect(await given.rows('SELECT * FROM event')).toEqual([]);
    expect(given.readSide.checkpoint()).toEqual({ position: undefined, recordedAt: 0 });
    expect(await given.readSide.knownAt(Date.now())).toBe(0n);
    await given.record(lifecycle('prospect'));
    expect(await given.rows('SELECT position FROM event')).toEqual([{ position: 1 }]);
  });
});
