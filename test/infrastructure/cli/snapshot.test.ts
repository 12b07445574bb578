import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventStore } from '../../support/event-store/any.js';
import { answerOf, klantwaarde, startService } from './run-klantwaarde.js';

let folder: string;
const at = (name: string) => join(folder, name);
const env = (name = 'data') => ({ KLANTWAARDE_DATA: at(name) });

interface Taken {
  readonly file: string;
  readonly logId: string;
  readonly position: string;
  readonly knownAt: string;
  readonly bytes: number;
}

const customers = async (...keys: string[]) => {
  await writeFile(at('customers.csv'), `customer_id,name\n${keys.map((key) => `${key},Drukkerij ${key}\n`).join('')}`);
  await answerOf(['import', 'customers', at('customers.csv'), '--source', 'erp'], env());
};
const names = async (url: string) => {
  const answer = await fetch(`${url}/customers`).then((response) => response.json());
  return (answer as { data: { items: { name: string }[] } }).data.items.map(({ name }) => name).sort();
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'snapshot-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('klantwaarde snapshot', () => {
  it('is taken of a running service, and begins the read side of another folder with the same log', async () => {
    await customers('1', '2');
    const service = await startService(env());
    let taken: Taken;
    try {
      taken = await answerOf<Taken>(['snapshot', at('file')], env());
      expect((await readFile(at('file'))).length).toBe(taken.bytes);
      expect(await names(service.url)).toEqual(['Drukkerij 1', 'Drukkerij 2']);
    } finally {
      await service.stop();
    }
    await customers('3');
    await answerOf(['backup', at('backup')], env());
    await answerOf(['restore', at('backup')], env('other'));

    const used = await answerOf<Taken>(['snapshot', at('file'), '--use'], env('other'));

    expect(used).toEqual(taken);
    const other = await startService(env('other'));
    try {
      expect(await names(other.url)).toEqual(['Drukkerij 1', 'Drukkerij 2', 'Drukkerij 3']);
      const status = await answerOf<{ readSide: { generation: number } }>(['status'], env('other'));
      expect(status.readSide.generation).toBe(1);
    } finally {
      // One that had not been believed would have been built again from the beginning, and told so.
      expect((await other.stop()).stdout).not.toContain('Building generation');
    }
  });

  it('of one node is where another node on the same cluster begins', async () => {
    const store = await eventStore();
    const cluster = {
      KLANTWAARDE_LOG: store.url,
      KLANTWAARDE_LOG_PREFIX: store.prefix,
      KLANTWAARDE_MASTER_KEY: randomBytes(32).toString('base64'),
    };
    const first = await startService({ ...cluster, ...env('first') });
    try {
      const customer = await fetch(`${first.url}/customers`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ name: 'Drukkerij De Gans' }),
      }).then((response) => response.json() as Promise<{ position: string }>);
      await fetch(`${first.url}/customers?atLeast=${customer.position}`);
      const taken = await answerOf<Taken>(['snapshot', at('file')], { ...cluster, ...env('first') });

      const used = await answerOf<Taken>(['snapshot', '--use', at('file')], { ...cluster, ...env('second') });

      expect(used).toMatchObject({ position: customer.position, bytes: taken.bytes });
      const second = await startService({ ...cluster, ...env('second') });
      try {
        expect(await names(second.url)).toEqual(['Drukkerij De Gans']);
      } finally {
        expect((await second.stop()).stdout).not.toContain('Building generation');
      }
    } finally {
      await first.stop();
      await store.close();
    }
  });

  it('is taken without a service as well', async () => {
    await customers('1');

    const { code, stdout } = await klantwaarde(['snapshot', at('file')], env());

    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^Wrote the read side into .*file \([\d,]+ bytes\); it goes up to \w+-\d+, recorded .*Z\.\n$/,
    );
  });

  it('takes the place of a backup where the log is in a cluster, which has one of its own', async () => {
    const cluster = {
      ...env(),
      KLANTWAARDE_LOG: 'esdb://db',
      KLANTWAARDE_MASTER_KEY: randomBytes(32).toString('base64'),
    };
    for (const verb of ['backup', 'restore']) {
      const { code, stderr } = await klantwaarde([verb, at('backup')], cluster);
      expect(code).toBe(1);
      expect(stderr).toMatch(/^The log is in a cluster .* has a backup of its own, see docs\/scaling\.md; [^\n]*\.\n$/);
    }
  });

  it.each<[string, () => Promise<readonly [readonly string[], string]>, RegExp]>([
    [
      'over a file',
      async () => [['snapshot', at('customers.csv')], 'data'],
      /^There is something at .* nothing was replaced\.\n$/,
    ],
    ['of a folder without a log', async () => [['snapshot', at('file')], 'none'], /^There is no log in .*\.\n$/],
    [
      'for a folder whose log is empty',
      async () => {
        await answerOf(['snapshot', at('file')], env());
        return [['snapshot', '--use', at('file')], 'none'];
      },
      /^The log holds nothing yet: there is nothing that a snapshot could be of\.\n$/,
    ],
    [
      'for a folder that has a read side',
      async () => {
        await answerOf(['snapshot', at('file')], env());
        return [['snapshot', '--use', at('file')], 'data'];
      },
      /^There is a read side in .* already: nothing was replaced\.\n$/,
    ],
    [
      'that is not there',
      async () => {
        await answerOf(['backup', at('backup')], env());
        await answerOf(['restore', at('backup')], env('other'));
        return [['snapshot', '--use', at('file')], 'other'];
      },
      /^The snapshot .* can't be used: .*no such file.*\.\n$/,
    ],
  ])('%s is refused in one sentence', async (_, given, sentence) => {
    await customers('1');
    const [args, name] = await given();

    const { code, stderr } = await klantwaarde(args, env(name));

    expect(code).toBe(1);
    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    if (name !== 'data') expect(existsSync(at(`${name}/read/CURRENT`))).toBe(false);
  });
});
