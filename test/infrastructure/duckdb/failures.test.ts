import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ReadSideNotReady } from '../../../src/application/ports/read-side.js';
import { DuckDbReadSide } from '../../../src/infrastructure/duckdb/duckdb-read-side.js';
import { ArrayEventLog } from '../../support/array-event-log.js';
import { type GivenEvent, type GivenReadSide, givenReadSide, recorded } from '../../support/read-side.js';

const stream = 'customer-11111111-1111-4111-8111-111111111111';
const lifecycle = (at = '2026-01-01'): GivenEvent => ({
  type: 'LifecycleChanged',
  at,
  stream,
  data: { lifecycle: 'prospect' },
});
const poisonous: GivenEvent = {
  type: 'InvoicePaid',
  at: '2026-01-01',
  stream,
  data: { orderId: 'no uuid', paidOn: '2026-01-01', amount: 1, currency: 'EUR' },
};

let given: GivenReadSide | undefined;
afterEach(async () => {
  await given?.close();
  given = undefined;
});

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
}

describe('an event that cannot be applied', () => {
  it('is named with its position and type, after everything before it was applied', async () => {
    given = await givenReadSide([lifecycle()]);
    given.log.put(...recorded([lifecycle(), lifecycle(), poisonous, lifecycle()], given.log.events));
    await until(async () => (await given!.readSide.status()).state === 'failed');
    const status = await given.readSide.status();
    expect(status.problem).toMatch(/^Event InvoicePaid at position 4 can't be applied: /);
    expect(status.checkpoint.position).toBe(3n);
    expect(status.lag).toBe(2n);
    expect(await given.rows('SELECT count(*) AS n FROM customer_lifecycle')).toEqual([{ n: 3 }]);
    expect(await given.readSide.waitFor(5n, 1)).toBe(false);
  });

  it('keeps a first build from being believed, and says why', async () => {
    const log = new ArrayEventLog();
    log.put(...recorded([lifecycle(), poisonous]));
    const folder = mkdtempSync(join(tmpdir(), 'read-side-'));
    const settings = { timeZone: 'Europe/Amsterdam', currency: 'EUR' };
    const readSide = DuckDbReadSide.open({ folder, log, settings, views: [] });
    await readSide.start();
    await until(async () => (await readSide.status()).state === 'failed');
    expect(() => readSide.reading({ asOf: 0, known: 0n })).toThrow("Event InvoicePaid at position 2 can't be applied");
    await readSide.close();
    expect(existsSync(join(folder, 'CURRENT'))).toBe(false);
    rmSync(folder, { recursive: true });
  });

  it.each([
    ['of a type that nobody knows', { type: 'CustomerAbducted' }, 'does not know its type'],
    ['written by newer software', { schemaVersion: 99 }, 'of version 99, written by newer software'],
  ])('one %s is not skipped', async (_, change, reason) => {
    given = await givenReadSide([lifecycle()]);
    given.log.put(...recorded([{ ...lifecycle(), ...change }, lifecycle()], given.log.events));
    await until(async () => (await given!.readSide.status()).state === 'failed');
    const { problem, checkpoint } = await given.readSide.status();
    expect(problem).toContain('at position 2');
    expect(problem).toContain(reason);
    expect(checkpoint.position).toBe(1n);
  });

  it('a correction of something that is not in the log is not skipped', async () => {
    given = await givenReadSide([lifecycle()]);
    const retraction = {
      type: 'EventRetracted',
      at: '2026-01-01',
      stream,
      data: { targetEventId: 'aaaaaaaa-0000-4000-8000-000000000001', reason: 'x' },
    };
    given.log.put(...recorded([retraction], given.log.events));
    await until(async () => (await given!.readSide.status()).state === 'failed');
    expect((await given.readSide.status()).problem).toContain('Event EventRetracted at position 2');
  });
});

describe('questions while there is nothing to ask', () => {
  it('are refused with a sentence', async () => {
    given = await givenReadSide([lifecycle()]);
    const { readSide } = given;
    await readSide.close();
    expect(() => readSide.reading({ asOf: 0, known: 0n })).toThrow(ReadSideNotReady);
    expect((await readSide.status()).state).toBe('stopped');
  });
});
