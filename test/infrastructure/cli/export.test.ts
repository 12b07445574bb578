import { existsSync, readdirSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { Manifest } from '../../../src/infrastructure/export/export-to.js';
import { answerOf, klantwaarde, start, startService } from './run-klantwaarde.js';

let folder: string;
const at = (name: string) => join(folder, name);
const env = () => ({ KLANTWAARDE_DATA: at('data') });
const rowsOf = ({ tables }: Manifest, file: string) => tables.find((table) => table.file === file)?.rows;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'export-'));
  await writeFile(at('customers.csv'), 'customer_id,name\n1,Drukkerij De Gans\n2,Bakkerij Zon\n');
  await answerOf(['import', 'customers', at('customers.csv'), '--source', 'erp'], env());
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('klantwaarde export', () => {
  it('works without a service, and says what it wrote', async () => {
    const { code, stdout, stderr } = await klantwaarde(['export', at('alone')], env());

    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(
      /^Wrote \d+ tables with \d+ rows into .*alone in [\d.]+ s: as of .*Z, as known .*Z \(\w+-\d+\)\.\n$/,
    );
    const manifest = JSON.parse(await readFile(at('alone/manifest.json'), 'utf8')) as Manifest;
    expect(rowsOf(manifest, 'views/customers.parquet')).toBe(2);
    expect(readdirSync(folder).filter((name) => name.includes('unfinished'))).toEqual([]);
  });

  it('works beside a running service; killed half way, it leaves nothing that could be taken for an export', async () => {
    const service = await startService(env());
    try {
      const killed = start(['export', at('killed')], env());
      const isWriting = () =>
        readdirSync(folder).some((name) => name.startsWith('killed.') && existsSync(at(`${name}/files/views`)));
      let isOver = false;
      killed.ended.then(() => {
        isOver = true;
      });
      while (!isWriting() && !isOver) await pause(5);
      killed.child.kill('SIGKILL');
      expect((await killed.ended).signal).toBe('SIGKILL');
      expect(existsSync(at('killed'))).toBe(false);

      const manifest = await answerOf<Manifest & { folder: string }>(
        ['export', at('beside'), '--as-of', '2020-01-01'],
        env(),
      );

      expect(manifest).toMatchObject({
        folder: at('beside'),
        asOf: '2020-01-01T22:59:59.999Z',
        timeZone: 'Europe/Amsterdam',
      });
      expect(rowsOf(manifest, 'views/customers.parquet')).toBe(0);
      expect(existsSync(at('beside/views/customers.parquet'))).toBe(true);
    } finally {
      await service.stop();
    }
  });

  it('stopped by hand, takes away what it had written', async () => {
    const stopped = start(['export', at('stopped')], env());
    const begun = () => readdirSync(folder).some((name) => name.startsWith('stopped.'));
    let isOver = false;
    stopped.ended.then(() => {
      isOver = true;
    });
    while (!begun() && !isOver) await pause(5);
    stopped.child.kill('SIGINT');

    expect(await stopped.ended).toMatchObject({ code: 1, stderr: 'The export was stopped; nothing is left of it.\n' });
    expect(readdirSync(folder).filter((name) => name.startsWith('stopped'))).toEqual([]);
  });

  it.each<[string, readonly string[], Readonly<Record<string, string>>, RegExp]>([
    ['into a folder that is there', ['data'], {}, /^There is something at .*data already: nothing was replaced\.\n$/],
    ['of a folder without a log', ['none'], { KLANTWAARDE_DATA: 'nowhere' }, /^There is no log in nowhere .*\.\n$/],
    ['as of a day that does not exist', ['none', '--as-of', '2026-02-30'], {}, /^--as-of: .*2026-02-30.*\.\n$/],
    [
      'of a period without days',
      ['none', '--from', '2026-02-01', '--to', '2026-02-01'],
      {},
      /^--to: must be later than/,
    ],
  ])('%s is refused in one sentence', async (_, [name = '', ...options], more, sentence) => {
    const { code, stderr } = await klantwaarde(['export', at(name), ...options], { ...env(), ...more });

    expect(code).toBe(1);
    expect(stderr).toMatch(sentence);
    expect(existsSync(at('none'))).toBe(false);
  });
});
