import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerOf, klantwaarde, startService } from './run-klantwaarde.js';

interface Status {
  serving: boolean;
  currency: string;
  log: { position: string };
  readSide: { state: string; position: string; generation: number };
}

let folder: string;
let data: string;
const env = () => ({ KLANTWAARDE_DATA: data });
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cli-'));
  data = join(folder, 'data');
});
afterEach(() => rm(folder, { recursive: true, force: true }));

async function fill(): Promise<void> {
  const file = join(folder, 'orders.csv');
  await writeFile(file, 'order_id,customer_id,placed_at,sku,quantity,unit_price\n1,K7,2026-03-01,pen,1,1\n');
  await answerOf(['import', 'orders', file, '--source', 'erp'], env());
}

describe('the command line', () => {
  it.each([
    ['', /serve[\s\S]*import[\s\S]*status[\s\S]*rebuild[\s\S]*backup[\s\S]*restore[\s\S]*demo/],
    ['serve', /KLANTWAARDE_DATA/],
    ['import', /orders[\s\S]*customers[\s\S]*visits/],
    ['import orders', /--credit-prefix[\s\S]*order_id, customer_id/],
    ['import customers', /contact_name\?/],
    ['import visits', /held_by/],
    ['status', /--json/],
    ['rebuild', /--json/],
    ['backup', /--keys/],
    ['restore', /--to/],
    ['copy-log', /--from[\s\S]*--verify-only/],
    ['demo', /--fill-only/],
  ])('explains itself with %s --help', async (verb, text) => {
    const { code, stdout, stderr } = await klantwaarde([...verb.split(' ').filter(Boolean), '--help'], env());
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(text);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([
    [['dance'], /^Unknown command 'dance'\.\n$/],
    [['status', '--loud'], /^Unknown option '--loud'\.\n$/],
    [['status'], /^There is no log in .*\(KLANTWAARDE_DATA\)\.\n$/],
    [['rebuild'], /^There is no log in /],
  ])('answers %j with one sentence and no success', async (args, sentence) => {
    const { code, stdout, stderr } = await klantwaarde(args, env());
    expect(code).not.toBe(0);
    expect(stdout).toBe('');
    expect(stderr).toMatch(sentence);
    expect(await readdir(folder)).toEqual([]);
  });

  it('names the setting that is wrong', async () => {
    const { code, stderr } = await klantwaarde(['status'], { ...env(), KLANTWAARDE_TIMEZONE: 'Amsterdam time' });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^KLANTWAARDE_TIMEZONE is "Amsterdam time", but it must be an IANA time zone/);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  });

  it('tells the status and rebuilds without a service', async () => {
    await fill();
    const status = await answerOf<Status>(['status'], env());
    expect(status).toMatchObject({ serving: false, currency: 'EUR' });
    const { position, events } = await answerOf<{ position: string; events: number }>(['rebuild'], env());
    expect(position).toBe(status.log.position);
    expect(events).toBeGreaterThanOrEqual(3);
    expect(await answerOf<Status>(['status'], env())).toMatchObject({ readSide: { position } });
  });

  it('asks a running service, which goes on answering', async () => {
    await fill();
    const service = await startService(env());
    try {
      const before = await answerOf<Status>(['status'], env());
      expect(before).toMatchObject({ serving: true, readSide: { state: 'live' } });
      await answerOf(['rebuild'], env());
      const after = await answerOf<Status>(['status'], env());
      expect(after.readSide.generation).toBeGreaterThan(before.readSide.generation);
      expect((await fetch(`${service.url}/health`)).status).toBe(200);
    } finally {
      await service.stop();
    }
  });

  it('imports beside a running service, whose read side follows', async () => {
    await fill();
    const service = await startService(env());
    try {
      const before = await answerOf<Status>(['status'], env());
      const file = join(folder, 'more.csv');
      await writeFile(file, 'order_id,customer_id,placed_at,sku,quantity,unit_price\n2,K8,2026-03-02,pen,1,1\n');
      await answerOf(['import', 'orders', file, '--source', 'erp'], env());
      let after = await answerOf<Status>(['status'], env());
      expect(after.log.position).not.toBe(before.log.position);
      while (after.readSide.position !== after.log.position) after = await answerOf<Status>(['status'], env());
      const found = await fetch(`${service.url}/customers?externalId=erp:K8`);
      expect(await found.json()).toMatchObject({ data: { items: [{ name: 'K8' }] } });
    } finally {
      await service.stop();
    }
  });
});
