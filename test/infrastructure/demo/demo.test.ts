import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isSealed } from '../../../src/application/sealing.js';
import { readConfig } from '../../../src/infrastructure/config.js';
import { pathsOf } from '../../../src/infrastructure/data-folder.js';
import { runDemo } from '../../../src/infrastructure/demo/demo.js';
import { fillDemo, NotTheDemo } from '../../../src/infrastructure/demo/fill.js';
import { openEngine } from '../../../src/infrastructure/engine.js';
import { SqliteEventLog } from '../../../src/infrastructure/sqlite/sqlite-event-log.js';
import { SystemClock } from '../../../src/infrastructure/system-clock.js';

const PATIENCE_MS = 300_000;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'demo-'));
  await fillDemo({ dataFolder: join(folder, 'one') });
}, PATIENCE_MS);

afterAll(() => rm(folder, { recursive: true, force: true }));

/** Everything about an event that doesn't come from a random key: sealed texts, and what is computed over them. */
async function eventsOf(name: string): Promise<unknown[]> {
  const log = await SqliteEventLog.open(pathsOf(join(folder, name)).log, { clock: new SystemClock(), readOnly: true });
  const events: unknown[] = [];
  for await (const { stream, revision, position, id, type, recordedAt, data, metadata } of log.readAll()) {
    const told = JSON.parse(metadata ?? '{}') as { [field: string]: unknown };
    const { requestHash: _, previousHash: __, ...rest } = told;
    const unsealed = JSON.parse(data, (_, value) => (isSealed(value) ? { sealedFor: value.sealedFor } : value));
    events.push([position, stream, revision, id, type, recordedAt, unsealed, rest]);
  }
  await log.close();
  return events;
}

async function typesOf(name: string): Promise<Map<string, number>> {
  const counts = new Map<string, number>();
  for (const event of await eventsOf(name)) {
    const type = (event as unknown[])[4] as string;
    counts.set(type, (counts.get(type) ?? 0) + 1);
  }
  return counts;
}

describe('filling a data folder with the demo', () => {
  it('records between 25,000 and 40,000 events of nearly every type', async () => {
    const counts = await typesOf('one');
    const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
    expect(total).toBeGreaterThan(25_000);
    expect(total).toBeLessThan(40_000);
    expect(counts.size).toBeGreaterThan(30);
    expect(counts.get('ExternalIdClaimed')).toBeGreaterThanOrEqual(counts.get('CustomerRegistered') as number);
    expect(counts.get('WalletEstimated')).toBeGreaterThan(10);
  });

  it('records in the order of the simulated clock, from the first day to the last', async () => {
    const recorded = (await eventsOf('one')).map((event) => (event as unknown[])[5] as number);
    expect(recorded).toEqual([...recorded].sort((one, other) => one - other));
    expect(new Date(recorded[0] as number).toISOString()).toBe('2023-11-01T06:00:00.000Z');
    expect(new Date(recorded.at(-1) as number).toISOString()).toMatch(/^2026-10-3/);
  });

  it(
    'gives the same events again, also when it was stopped and started on the way',
    async () => {
      const stopAfter = (share: number) => (done: number, total: number) => {
        if (done > total * share) throw new Error('stopped');
      };
      for (const share of [0.05, 0.15]) {
        await expect(fillDemo({ dataFolder: join(folder, 'two') }, stopAfter(share))).rejects.toThrow('stopped');
      }
      const events = await eventsOf('two');
      expect(events.length).toBeGreaterThan(5_000);
      expect(events).toEqual((await eventsOf('one')).slice(0, events.length));
    },
    PATIENCE_MS,
  );

  it(
    'uses a folder that holds the demo as it is',
    async () => {
      const before = await eventsOf('one');
      expect((await fillDemo({ dataFolder: join(folder, 'one') })).isNew).toBe(false);
      expect(await eventsOf('one')).toEqual(before);
    },
    PATIENCE_MS,
  );

  it('leaves a folder with another log alone, and says so', async () => {
    const dataFolder = join(folder, 'other');
    const engine = await openEngine({ dataFolder, timeZone: 'Europe/Amsterdam', currency: 'EUR' }, { readSide: false });
    await engine.close();
    await expect(fillDemo({ dataFolder })).rejects.toThrow(NotTheDemo);
    expect(await eventsOf('other')).toHaveLength(1);
  });

  it('leaves a folder of a company in another currency alone', async () => {
    const dataFolder = join(folder, 'pounds');
    const engine = await openEngine({ dataFolder, timeZone: 'Europe/London', currency: 'GBP' }, { readSide: false });
    await engine.close();
    await expect(fillDemo({ dataFolder })).rejects.toThrow(/GBP|London/);
  });
});

describe('the tour of the demo', () => {
  let printed = '';
  const failed: string[] = [];

  async function tryAll(text: string): Promise<void> {
    for (const [, call = ''] of text.matchAll(/curl '(\S+)'/g)) {
      const { status } = await fetch(call);
      if (status !== 200) failed.push(`${call} answered ${status}`);
    }
  }

  let proposedAgain: { status: number; segments: unknown } | undefined;

  /** Has the read side work out the segments of the year, under the id of the run that the story tells. */
  async function proposeAgain(text: string): Promise<void> {
    const url = `${/http:\S+\/api\/v1/.exec(text)?.[0]}/segmentations`;
    const { data } = (await (await fetch(url)).json()) as { data: { items: { runId: string }[] } };
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: data.items[0]?.runId }),
    });
    const { segments } = (await response.json()) as { segments: unknown };
    proposedAgain = { status: response.status, segments };
  }

  beforeAll(async () => {
    const stop = new AbortController();
    const config = readConfig({ KLANTWAARDE_DATA: join(folder, 'one'), PORT: '0' });
    const write = (text: string) => {
      printed += `${text}\n`;
      if (text.includes('Ctrl-C')) {
        Promise.all([tryAll(text), proposeAgain(text)]).finally(() => stop.abort());
      }
    };
    await runDemo(config, { write, signal: stop.signal });
  }, PATIENCE_MS);

  it('says what is there', () => {
    expect(printed).toMatch(/The demo is already in .*one\./);
    expect(printed).toMatch(/ 4\d\d {2}customers +6,\d{3} {2}orders/);
  });

  it('shows a largest customer that has waited for too long', () => {
    expect(printed).toMatch(/A {2}Wilgendrift Elektro N\.V\. +46 of 36 days +overdue +2026-09-15 by ruben/);
  });

  it('shows a pyramid of 1, 4, 15 and 80 per cent at two dates', () => {
    const customers = (segment: string) => {
      const row = new RegExp(`^ {2}${segment} +(\\d+) +€[\\d,]+ +\\d+% +(\\d+) `, 'm').exec(printed);
      return [Number(row?.[1]), Number(row?.[2])];
    };
    expect(customers('A')).toEqual([4, 4]);
    expect(customers('B')[1]).toBe(16);
    for (const number of customers('C')) expect(Math.abs(number - 57)).toBeLessThan(4);
    for (const number of customers('D')) expect(Math.abs(number - 305)).toBeLessThan(16);
  });

  it('shows what was believed before a correction beside what is known since', () => {
    const [before, since] = ['as known on 2026-06-03', 'as we know it now'].map((words) => {
      const found = new RegExp(`${words} +€([\\d,]+)`).exec(printed)?.[1] ?? '';
      return Number(found.replaceAll(',', ''));
    });
    expect(since).toBeGreaterThan(0);
    expect(before).toBeGreaterThan((since as number) * 2);
  });

  it('tells of a customer that costs more than it brings, and of one that is A no more', () => {
    expect(printed).toMatch(/Zuiderhof Koffiebranders B\.V\. leaves €\d+,\d+ of margin[^:]+: it contributes -€/);
    expect(printed).toMatch(
      /Westerkroon Schoonmaak B\.V\. was A a year ago, and is B now: [^:]+ by -€[\d,]+,\s+of which less -€/,
    );
  });

  it('finalised the segments that the system itself proposes from what was known then', () => {
    expect(proposedAgain?.status).toBe(200);
    expect(proposedAgain?.segments).toEqual([
      { segment: 'A', customers: 4 },
      { segment: 'B', customers: 16 },
      { segment: 'C', customers: 57 },
      { segment: 'D', customers: 307 },
    ]);
  });

  it('gives a call to try for everything that it shows, and each is answered', () => {
    expect(failed).toEqual([]);
    const calls = printed.match(/curl '\S+'/g) ?? [];
    expect(calls.length).toBeGreaterThan(10);
    expect(
      Math.max(
        ...printed
          .split('\n')
          .filter((line) => !line.includes('http'))
          .map((line) => line.length),
      ),
    ).toBeLessThan(121);
  });
});
