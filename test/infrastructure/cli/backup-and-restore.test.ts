import { existsSync } from 'node:fs';
import { appendFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerOf, klantwaarde, startService } from './run-klantwaarde.js';

let folder: string;
const at = (name: string) => join(folder, name);
const env = (name = 'data') => ({ KLANTWAARDE_DATA: at(name) });

const orders = (...keys: string[]) =>
  `order_id,customer_id,placed_at,sku,quantity,unit_price\n${keys.map((key) => `${key},K7,2026-03-01,pen,1,1\n`).join('')}`;

const importing = async (content: string, data = 'data') => {
  await writeFile(at('orders.csv'), content);
  return answerOf<{ recorded: number; repeated: number; conflicts: number }>(
    ['import', 'orders', at('orders.csv'), '--source', 'erp'],
    env(data),
  );
};

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backup-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('klantwaarde backup and restore', () => {
  it('restores log and keys into a new folder, where a repeat is still known as one', async () => {
    await importing(orders('1', '2'));
    const backup = await answerOf<{ events: number; digest: string }>(
      ['backup', at('backup'), '--keys', at('keys')],
      env(),
    );
    await importing(orders('3'));

    const restored = await answerOf<{ events: number; digest: string }>(
      ['restore', at('backup'), '--keys', at('keys'), '--to', at('restored')],
      {},
    );

    expect({ events: restored.events, digest: restored.digest }).toEqual({
      events: backup.events,
      digest: backup.digest,
    });
    expect(await importing(orders('1', '2', '3'), 'restored')).toMatchObject({
      recorded: 1,
      repeated: 3,
      conflicts: 0,
    });
  });

  it('backs up without the key ring unless it is asked for', async () => {
    await importing(orders('1'));
    await answerOf(['backup', at('backup')], env());
    await answerOf(['restore', at('backup')], env('restored'));
    expect(existsSync(at('restored/log.db'))).toBe(true);
    expect(existsSync(at('restored/keys.db'))).toBe(false);
  });

  it('refuses a folder that holds a log, and replaces nothing', async () => {
    await importing(orders('1'));
    await answerOf(['backup', at('backup')], env());
    await importing(orders('2'));
    const { code, stderr } = await klantwaarde(['restore', at('backup')], env());
    expect(code).toBe(1);
    expect(stderr).toMatch(/^There is a log in .*data already: nothing was replaced\.\n$/);
    expect(await importing(orders('1', '2'))).toMatchObject({ recorded: 0, repeated: 3 });
  });

  it('works beside a running service, but not into the folder that it uses', async () => {
    await importing(orders('1'));
    const service = await startService(env());
    try {
      await answerOf(['backup', at('backup')], env());
      await answerOf(['restore', at('backup')], env('restored'));
      // The log is gone from under the service: its folder is still not free.
      await rm(at('data/log.db'));
      const { code, stderr } = await klantwaarde(['restore', at('backup')], env());
      expect(code).toBe(1);
      expect(stderr).toContain(`using the data folder ${at('data')}`);
      expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    } finally {
      await service.stop();
    }
  });

  it.each([
    ['a backup that is not there', async () => at('none'), /^There is no backup /],
    [
      'a backup whose log was changed',
      async () => {
        await importing(orders('1'));
        await answerOf(['backup', at('backup')], env());
        const manifest = at('backup/manifest.json');
        await writeFile(manifest, (await readFile(manifest, 'utf8')).replace(/"digest": "./, '"digest": "x'));
        return at('backup');
      },
      /does not hold what its manifest\.json says/,
    ],
    [
      'a backup that lost its manifest',
      async () => {
        await importing(orders('1'));
        await answerOf(['backup', at('backup')], env());
        await rm(at('backup/manifest.json'));
        return at('backup');
      },
      /is not a whole backup of/,
    ],
    [
      'a damaged backup',
      async () => {
        await importing(orders('1'));
        await answerOf(['backup', at('backup')], env());
        await writeFile(at('backup/log.db'), 'SQLite no more');
        await appendFile(at('backup/log.db'), Buffer.alloc(8_192));
        return at('backup');
      },
      /can't be restored/,
    ],
  ])('refuses %s in one sentence, and leaves no log', async (_what, given, sentence) => {
    const { code, stderr } = await klantwaarde(['restore', await given()], env('restored'));
    expect(code).toBe(1);
    expect(stderr).toMatch(sentence);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(existsSync(at('restored/log.db'))).toBe(false);
  });

  it.each([
    ['without a log to back up', () => ['backup', at('backup')], /^There is no log in /],
    ['without a folder to back up to', () => ['backup'], /^Missing required argument 'dir'\.\n$/],
  ])('refuses a backup %s', async (_what, args, sentence) => {
    const { code, stderr } = await klantwaarde(args(), env());
    expect(code).not.toBe(0);
    expect(stderr).toMatch(sentence);
  });
});
