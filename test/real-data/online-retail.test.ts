import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Ask, type Question } from '../../src/application/ask.js';
import { customers } from '../../src/application/questions/customers.js';
import { type CustomerValue, type ValueFigures, valueOfAll } from '../../src/application/questions/value.js';
import { customerIdFor } from '../../src/domain/ids.js';
import { pathsOf } from '../../src/infrastructure/data-folder.js';
import { type Engine, openEngine } from '../../src/infrastructure/engine.js';
import type { ImportSummary } from '../../src/infrastructure/import/import-file.js';
import { SqliteEventLog } from '../../src/infrastructure/sqlite/sqlite-event-log.js';
import { SystemClock } from '../../src/infrastructure/system-clock.js';
import { start } from '../infrastructure/cli/run-klantwaarde.js';
import { describeWithSharedData, expectedValues, sharedFile } from './shared-data.js';

interface Expected {
  online_retail_2010_2011: {
    customers: number;
    net_revenue_with_customer: number;
    clean_sales: {
      customers: number;
      invoices: number;
      revenue: number;
      monthly: Record<string, { orders: number; customers: number; revenue: number }>;
      top5_customers: Record<string, number>;
      top5_countries: Record<string, number>;
    };
  };
  rfm_as_of_2011_12_10_calendar_days: {
    describe: Record<'recency' | 'frequency' | 'monetary', Description>;
    first_5_customers: Record<string, Record<'recency' | 'frequency' | 'monetary', number>>;
  };
}

type Description = Record<'count' | 'mean' | 'std' | 'min' | '25%' | '50%' | '75%' | 'max', number>;

/** Customers, orders and credit notes: what the import records of the whole file. */
const RECORDED = 26_562;

describeWithSharedData('importing Online Retail (541,909 invoice lines of a wholesaler)', () => {
  let folder: string;
  let data: string;

  let engine: Engine;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'online-retail-'));
    data = join(folder, 'data');
  });
  afterAll(async () => {
    await engine?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const importing = () =>
    start(
      [
        ...['import', 'orders', sharedFile('online_retail_2010_2011.csv.gz'), '--source', 'online-retail'],
        ...['--currency', 'GBP', '--credit-prefix', 'C'],
        ...['--map', 'invoice=order_id,stock_code=sku,invoice_date=placed_at'],
        ...['--rejected', join(folder, 'rejected.csv'), '--json'],
      ],
      { KLANTWAARDE_DATA: data, KLANTWAARDE_CURRENCY: 'GBP' },
    );

  async function imported(): Promise<ImportSummary> {
    const { code, stdout, stderr } = await importing().ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    return JSON.parse(stdout) as ImportSummary;
  }

  async function head(): Promise<bigint> {
    const file = pathsOf(data).log;
    if (!existsSync(file)) return 0n;
    const log = await SqliteEventLog.open(file, { clock: new SystemClock(), readOnly: true });
    try {
      return (await log.head()).position ?? 0n;
    } finally {
      await log.close();
    }
  }

  it('takes up what a killed import left, and ends where an undisturbed one would', async () => {
    const { child, ended } = importing();
    while (child.exitCode === null && (await head()) < 10_000n) await pause(20);
    child.kill('SIGKILL');
    expect((await ended).signal).toBe('SIGKILL');

    const summary = await imported();

    expect(summary).toMatchObject({
      linesRead: 541_909,
      linesRejected: { 'customer-missing': 135_080 },
      customers: 4_372,
      orders: 18_536,
      returns: 3_654,
      conflicts: 0,
      net: { GBP: 830_006_581 },
    });
    expect(Object.keys(summary.linesRejected)).toEqual(['customer-missing']);
    expect(summary.repeated).toBeGreaterThan(0);
    expect(summary.recorded).toBeGreaterThan(0);
    expect(summary.recorded + summary.repeated).toBe(RECORDED);
  }, 300_000);

  it('records nothing the second time', async () => {
    const before = await head();
    expect(await imported()).toMatchObject({ recorded: 0, repeated: RECORDED, conflicts: 0 });
    expect(await head()).toBe(before);
  }, 300_000);

  async function ask<Params, Data>(question: Question<Params, Data>, params: Params): Promise<Data> {
    engine ??= await openEngine({ dataFolder: data, timeZone: 'Europe/Amsterdam', currency: 'GBP' });
    expect(await engine.readSide?.waitFor((await engine.log.head()).position ?? 0n, 300_000)).toBe(true);
    const answer = await engine.queryBus.execute(new Ask(question, params, { asOf: '2011-12-10' }));
    return (answer as { data: Data }).data;
  }

  /** Every customer, whatever the number of pages. */
  async function everyCustomer(period: { from?: string; to?: string } = {}): Promise<{
    values: CustomerValue[];
    total: ValueFigures;
  }> {
    const values: CustomerValue[] = [];
    let cursor: string | undefined;
    for (;;) {
      const page = await ask(valueOfAll, { ...period, limit: 1_000, ...(cursor !== undefined && { cursor }) });
      values.push(...page.items);
      if (page.nextCursor === undefined) return { values, total: page.total };
      cursor = page.nextCursor;
    }
  }

  const buyers = (values: readonly CustomerValue[]) => values.filter(({ ordersWithValue }) => ordersWithValue > 0);
  const pence = (pounds: number) => Math.round(pounds * 100);

  it('answers with the revenue and the customers that the file is known for', async () => {
    const { online_retail_2010_2011: expected } = expectedValues<Expected>();
    const { values, total } = await everyCustomer();
    expect(values).toHaveLength(expected.customers);
    expect(total.revenue).toBe(pence(expected.net_revenue_with_customer));
    expect(total.orders).toBe(18_536);
    expect(total.returns).toBe(3_654);
    expect(total.ordersWithValue).toBe(expected.clean_sales.invoices);
    expect(total.orderedNet).toBe(pence(expected.clean_sales.revenue));
    expect(buyers(values)).toHaveLength(expected.clean_sales.customers);
    expect(values[0]).toMatchObject({ name: '14646', country: 'Netherlands', revenue: 27_948_902 });
    expect(values.filter(({ revenue }) => revenue <= 0)).toHaveLength(55);
    const best = [...values].sort((one, other) => other.orderedNet - one.orderedNet).slice(0, 5);
    expect(Object.fromEntries(best.map(({ name, orderedNet }) => [name, orderedNet]))).toEqual(
      Object.fromEntries(Object.entries(expected.clean_sales.top5_customers).map(([key, net]) => [key, pence(net)])),
    );
  }, 300_000);

  it('finds a customer by the key that its own system knows it by', async () => {
    const { items, total } = await ask(customers, { externalId: 'online-retail:14646' });
    expect(total).toBe(1);
    expect(items[0]?.customerId).toBe(customerIdFor('online-retail', '14646'));
  });

  it('answers with the orders, the buyers and the revenue of each month', async () => {
    const { monthly } = expectedValues<Expected>().online_retail_2010_2011.clean_sales;
    const found: typeof monthly = {};
    for (const month of Object.keys(monthly)) {
      const [year, number] = month.split('-').map(Number) as [number, number];
      const to = new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 10);
      const { values, total } = await everyCustomer({ from: `${month}-01`, to });
      found[month] = {
        orders: total.ordersWithValue,
        customers: buyers(values).length,
        revenue: total.orderedNet / 100,
      };
    }
    expect(found).toEqual(monthly);
  }, 300_000);

  it('gives the recency, frequency and monetary value of each customer', async () => {
    const { describe: expected, first_5_customers: firstFive } =
      expectedValues<Expected>().rfm_as_of_2011_12_10_calendar_days;
    const rfm = buyers((await everyCustomer()).values).map(
      ({ name, lastOrderWithValue, ordersWithValue, orderedNet }) => ({
        name,
        recency: daysUntil('2011-12-10', lastOrderWithValue ?? ''),
        frequency: ordersWithValue,
        monetary: orderedNet / 100,
      }),
    );
    for (const measure of ['recency', 'frequency', 'monetary'] as const) {
      const found = described(rfm.map((customer) => customer[measure]));
      for (const [figure, value] of Object.entries(expected[measure])) {
        expect({ measure, figure, value: found[figure as keyof Description] }).toEqual({
          measure,
          figure,
          // The published figures are of floats that were not rounded by line.
          value: expect.closeTo(value, measure === 'monetary' ? 2 : 9),
        });
      }
    }
    for (const [key, { recency, frequency, monetary }] of Object.entries(firstFive)) {
      expect(rfm.find(({ name }) => name === key)).toEqual({ name: key, recency, frequency, monetary });
    }
  }, 300_000);
});

/** Calendar days in the log's time zone from an instant to a day. */
function daysUntil(day: string, instant: string): number {
  const local = new Intl.DateTimeFormat('sv', { timeZone: 'Europe/Amsterdam' }).format(new Date(instant));
  return (Date.parse(day) - Date.parse(local)) / 86_400_000;
}

/** Quartiles are interpolated between neighbours, the standard deviation is that of a sample. */
function described(values: readonly number[]): Description {
  const sorted = [...values].sort((one, other) => one - other);
  const mean = sorted.reduce((sum, value) => sum + value, 0) / sorted.length;
  const squares = sorted.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const quantile = (share: number) => {
    const place = share * (sorted.length - 1);
    const below = sorted[Math.floor(place)] as number;
    const above = sorted[Math.ceil(place)] as number;
    return below + (above - below) * (place - Math.floor(place));
  };
  return {
    count: sorted.length,
    mean,
    std: Math.sqrt(squares / (sorted.length - 1)),
    min: quantile(0),
    '25%': quantile(0.25),
    '50%': quantile(0.5),
    '75%': quantile(0.75),
    max: quantile(1),
  };
}
