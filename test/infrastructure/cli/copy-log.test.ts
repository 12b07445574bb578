import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { SqliteEventLog } from '../../../src/infrastructure/sqlite/sqlite-event-log.js';
import { contents } from '../moving/stores.js';
import { answerOf, klantwaarde, start, startService } from './run-klantwaarde.js';

interface Outcome {
  from: { log: string; position: string };
  to: { log: string; position: string };
  verified: boolean;
  events: number;
  streams: number;
  keys: number;
  copied: number;
}

let folder: string;
const at = (name: string) => join(folder, name);
const env = (name = 'data') => ({ KLANTWAARDE_DATA: at(name) });
const sqlite = (name: string) => `sqlite:${at(name)}`;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'copy-log-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const importing = async (orders: number, data = 'data') => {
  const rows = Array.from({ length: orders }, (_, order) => `${order},K${order % 7},2026-03-01,pen,1,1\n`);
  await writeFile(at('orders.csv'), `order_id,customer_id,placed_at,sku,quantity,unit_price\n${rows.join('')}`);
  return answerOf<{ recorded: number; repeated: number }>(
    ['import', 'orders', at('orders.csv'), '--source', 'erp'],
    env(data),
  );
};

const eventsOf = async (name: string) => {
  const log = await SqliteEventLog.open(at(`${name}/log.db`), { clock: { now: () => 0 }, readOnly: true });
  try {
    return await contents(log);
  } finally {
    await log.close();
  }
};

describe('klantwaarde copy-log', () => {
  it('moves a log into another house, where a repeat is still known as one', async () => {
    await importing(20);

    const outcome = await answerOf<Outcome>(['copy-log', '--to', sqlite('moved')], env());

    const events = await eventsOf('data');
    expect(outcome).toMatchObject({
      from: { log: at('data/log.db') },
      to: { log: at('moved/log.db') },
      verified: true,
      events: events.length,
      copied: events.length,
    });
    expect(await eventsOf('moved')).toEqual(events);
    expect(await importing(21, 'moved')).toMatchObject({ recorded: 1, repeated: 27 });
  });

  it('tells in words what it did, and that nothing was left to do the second time', async () => {
    await importing(1);
    const args = ['copy-log', '--from', sqlite('data'), '--to', sqlite('moved')];
    expect((await klantwaarde(args, {})).stdout).toMatch(
      /^Copied \d+ events in .* s, and compared all there are: \d+ events in \d+ streams, and \d+ keys\.\n.*moved\/log\.db holds exactly what .*data\/log\.db does\.\n$/,
    );
    expect((await klantwaarde(args, {})).stdout).toMatch(/^Copied 0 events/);
    expect((await klantwaarde([...args, '--verify-only'], {})).stdout).toMatch(/^Compared \d+ events/);
  });

  it('goes on where it was killed, and ends with the same log', async () => {
    await importing(1_000);
    const events = await eventsOf('data');
    const args = ['copy-log', '--to', sqlite('moved')];
    const seen: number[] = [];
    for (let kills = 0; kills < 2; kills++) {
      const { child, ended } = start(args, env());
      const before = seen.at(-1) ?? 0;
      for (let there = before; there < before + 100 && child.exitCode === null; await pause(5)) {
        there = await eventsOf('moved').then(
          ({ length }) => length,
          () => 0,
        );
      }
      child.kill('SIGKILL');
      await ended;
      const part = await eventsOf('moved');
      expect(part).toEqual(events.slice(0, part.length));
      seen.push(part.length);
    }

    const { copied, events: compared } = await answerOf<Outcome>(args, env());

    expect(seen[0]).toBeGreaterThan(0);
    expect({ copied, compared }).toEqual({ copied: events.length - seen[1]!, compared: events.length });
    expect(await eventsOf('moved')).toEqual(events);
  });

  it('stops on Ctrl-C with a sentence, and takes it up again', async () => {
    await importing(1_000);
    const args = ['copy-log', '--to', sqlite('moved')];
    const { child, ended } = start(args, env());
    while (!existsSync(at('moved/log.db')) && child.exitCode === null) await pause(5);
    child.kill('SIGINT');
    const { code, stderr } = await ended;
    expect({ code, stderr }).toEqual({ code: 1, stderr: 'The copying was stopped; running it again takes it up.\n' });
    expect(await answerOf<Outcome>(args, env())).toMatchObject({ verified: true });
  });

  it('keeps its hands off the folders of running services', async () => {
    await importing(1);
    const service = await startService(env());
    try {
      const { code, stderr } = await klantwaarde(['copy-log', '--to', sqlite('moved')], env());
      expect(code).toBe(1);
      expect(stderr).toBe(`Another klantwaarde service is using the data folder ${at('data')}.\n`);
      expect(existsSync(at('moved'))).toBe(false);
    } finally {
      await service.stop();
    }
  });

  it.each([
    ['no log to copy', ['--from', 'sqlite:none', '--to', 'sqlite:moved'], /^There is no log in none\.\n$/],
    ['nothing to compare with', ['--to', 'sqlite:none', '--verify-only'], /^There is no log in none\.\n$/],
    ['one log twice', [], /^Source and target are one and the same log, .*data\/log\.db\.\n$/],
    ['a place it does not know', ['--to', 'postgres://someone:secret@host'], /^"postgres:…" names no log: /],
    [
      'no master key for a cluster',
      ['--to', 'esdb://admin:secret@127.0.0.1:1'],
      /^KLANTWAARDE_MASTER_KEY_FILE is not /,
    ],
  ])('refuses %s in one sentence, and makes nothing', async (_what, args, sentence) => {
    await importing(1);
    const { code, stdout, stderr } = await klantwaarde(['copy-log', ...args], env());
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stderr).not.toContain('secret');
    expect(existsSync(at('moved'))).toBe(false);
  });

  it('refuses a target that holds something else, and names it', async () => {
    await importing(1);
    await importing(2, 'moved');
    const before = await eventsOf('moved');
    const { code, stderr } = await klantwaarde(['copy-log', '--to', sqlite('moved')], env());
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The target holds something else than this log, and nothing was written: /);
    expect(await eventsOf('moved')).toEqual(before);
  });
});
