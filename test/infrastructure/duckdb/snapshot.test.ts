import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDbReadSide, type DuckDbReadSideOptions } from '../../../src/infrastructure/duckdb/duckdb-read-side.js';
import { SnapshotRefused } from '../../../src/infrastructure/duckdb/snapshot.js';
import { loadFacts } from '../../../src/infrastructure/duckdb/sql-files.js';
import { ArrayEventLog } from '../../support/array-event-log.js';
import { type GivenReadSide, givenReadSide } from '../../support/read-side.js';
import { killedHistory } from './killed-history.js';
import { contents } from './table-contents.js';

let folder: string;
const opened: GivenReadSide[] = [];
const at = (name: string) => join(folder, name);
const history = killedHistory(2_500);

const logOf = (count: number, id?: string) => {
  const log = new ArrayEventLog(id);
  log.put(...history.slice(0, count));
  return log;
};
const given = async (options: Partial<DuckDbReadSideOptions>) => {
  const readSide = await givenReadSide([], { views: [], ...options });
  opened.push(readSide);
  return readSide;
};
const settings = { timeZone: 'Europe/Amsterdam', currency: 'EUR' };
const adopt = (name: string, log: ArrayEventLog, file: string, options: Partial<DuckDbReadSideOptions> = {}) =>
  DuckDbReadSide.open({ folder: at(name), log, settings, views: [], ...options }).adopt(file);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'snapshot-'));
});
afterEach(async () => {
  for (const readSide of opened.splice(0)) await readSide.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('a snapshot of the read side', () => {
  it('holds all of one moment and nothing of the next, though events are applied while it is taken', async () => {
    const log = logOf(100);
    const live = await given({ folder: at('live'), log, batchSize: 40 });
    const taken = [];
    for (let count = 100; count < history.length; count += 200) {
      log.put(...history.slice(count, count + 200));
      taken.push(await live.readSide.snapshot(at(`at-${count}`)));
    }
    await live.readSide.ready();

    expect(new Set(taken.map(({ position }) => position)).size).toBeGreaterThan(5);
    for (const index of [0, 5, 11]) {
      const { position, recordedAt, bytes } = taken[index]!;
      const file = at(`at-${100 + index * 200}`);
      const prefix = logOf(history.findIndex((event) => event.position === position) + 1);
      expect(readFileSync(file)).toHaveLength(bytes);
      expect(await adopt(`used-${index}`, prefix, file)).toEqual({ position, recordedAt, bytes });
      const used = await given({ folder: at(`used-${index}`), log: prefix });
      const built = await given({ log: prefix });
      expect(used.told).toEqual([]);
      expect(await contents(used)).toEqual(await contents(built));
      await used.close();
      await built.close();
    }
  });

  it('is where another node begins, which then goes on with what was recorded since', async () => {
    const log = logOf(1_000);
    const first = await given({ folder: at('first'), log });
    await first.readSide.snapshot(at('file'));
    log.put(...history.slice(1_000, 1_500));

    await adopt('second', log, at('file'));
    const second = await given({ folder: at('second'), log });

    await first.readSide.ready();
    expect(second.told).toEqual([]);
    expect((await second.readSide.status()).generation).toBe(1);
    expect(await contents(second)).toEqual(await contents(first));
  });

  it('leaves the lock in place that keeps other programs from the file', async () => {
    const live = await given({ folder: at('live'), log: logOf(100) });
    const opening = () =>
      spawnSync(
        process.execPath,
        [
          '--input-type=module',
          '-e',
          `import { DuckDBInstance } from '@duckdb/node-api';
           await DuckDBInstance.create(${JSON.stringify(at('live/1/read.duckdb'))}).then(
             () => console.log('opened'), (error) => console.log(error.message));`,
        ],
        { encoding: 'utf8', env: { ...process.env, NODE_OPTIONS: '' } },
      ).stdout;

    await live.readSide.snapshot(at('one'));
    await live.readSide.snapshot(at('two'));

    expect(opening()).toContain('lock');
    await live.readSide.close();
    expect(opening()).toBe('opened\n');
  });

  it('replaces nothing that has its name', async () => {
    const live = await given({ folder: at('live'), log: logOf(100) });
    writeFileSync(at('file'), 'something else');

    await expect(live.readSide.snapshot(at('file'))).rejects.toThrow(
      `There is something at ${at('file')} already: nothing was replaced.`,
    );

    expect(readFileSync(at('file'), 'utf8')).toBe('something else');
    expect(readdirSync(folder).sort()).toEqual(['file', 'live']);
  });

  it('is not put where a read side is', async () => {
    const log = logOf(100);
    const live = await given({ folder: at('live'), log });
    await live.readSide.snapshot(at('file'));
    const other = await given({ folder: at('other'), log });
    await other.readSide.close();

    await expect(adopt('other', log, at('file'))).rejects.toThrow('There is a read side in');

    expect((await given({ folder: at('other'), log })).told).toEqual([]);
  });

  it.each<[string, () => Promise<[ArrayEventLog, Partial<DuckDbReadSideOptions>?]>, string]>([
    ['of another log', async () => [logOf(100, 'another')], 'it was made from another log.'],
    [
      'of a log with another past',
      async () => [
        Object.assign(new ArrayEventLog(), { events: killedHistory(100).map((event) => ({ ...event, id: '0' })) }),
      ],
      'the log does not hold the event at position 100 that it ends with.',
    ],
    ['that is further than the log', async () => [logOf(99)], 'the log does not hold the event at position 100'],
    ['made by other rules', async () => [logOf(100), { facts: loadFacts().slice(1) }], 'it was made by other rules.'],
    [
      'for another time zone',
      async () => [logOf(100), { settings: { ...settings, timeZone: 'Europe/London' } }],
      'it was made by other rules.',
    ],
    [
      'that was cut short',
      async () => {
        truncateSync(at('file'), 20_000);
        return [logOf(100)];
      },
      `The snapshot `,
    ],
    [
      'that is something else',
      async () => {
        writeFileSync(at('file'), 'a holiday photo');
        return [logOf(100)];
      },
      'not a valid DuckDB',
    ],
  ])('%s is refused, and nothing is left of it', async (_, prepare, reason) => {
    const live = await given({ folder: at('live'), log: logOf(100) });
    await live.readSide.snapshot(at('file'));
    const [log, options] = await prepare();

    const adopting = adopt('other', log, at('file'), options);

    await expect(adopting).rejects.toThrow(SnapshotRefused);
    await expect(adopting).rejects.toThrow(reason);
    expect(existsSync(at('other/CURRENT'))).toBe(false);
    expect(existsSync(at('other/1'))).toBe(false);
  });
});
