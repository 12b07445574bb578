import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { parse } from 'csv-parse/sync';
import { Ask, type Question } from '../../src/application/ask.js';
import { customers } from '../../src/application/questions/customers.js';
import { valueOfAll } from '../../src/application/questions/value.js';
import { type Engine, openEngine } from '../../src/infrastructure/engine.js';
import type { ImportSummary } from '../../src/infrastructure/import/import-file.js';
import { answerOf } from '../infrastructure/cli/run-klantwaarde.js';
import { describeWithSharedData, expectedValues, sharedFile } from './shared-data.js';

interface Northwind {
  lines: number;
  orders: number;
  customers_total: number;
  customers_with_orders: number;
  first_order: string;
  last_order: string;
  net_total: number;
  gross_total: number;
  discounted_lines: number;
  orders_not_shipped: number;
  net_by_year: Record<string, number>;
  net_by_employee: Record<string, number>;
  top5_customers: Record<string, number>;
}

interface Line {
  order_date: string;
  customer_name: string;
  employee_name: string;
  quantity: string;
  unit_price: string;
  discount: string;
}

const ORDER_COLUMNS =
  'order_date=placed_at,employee_name=rep,product_id=sku,product=description,category=product_group,' +
  'discount=discount_rate,ship_country=country,required_date=promised_on,shipped_date=delivered_on';
const CUSTOMER_COLUMNS = 'company_name=name,contact_title=contact_role,phone=contact_phone,postal_code=postcode';

describeWithSharedData('importing Northwind (a food wholesaler with sales people and discounts)', () => {
  const { northwind } =
    describeWithSharedData === describe ? expectedValues<{ northwind: Northwind }>() : ({} as never);
  let folder: string;
  let env: Record<string, string>;
  let engine: Engine;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'northwind-'));
    env = { KLANTWAARDE_DATA: join(folder, 'data'), KLANTWAARDE_CURRENCY: 'USD' };
  });
  afterAll(async () => {
    await engine?.close();
    await rm(folder, { recursive: true, force: true });
  });

  const importing = (kind: string, file: string, map: string) =>
    answerOf<ImportSummary>(
      [
        'import',
        kind,
        sharedFile(file),
        '--source',
        'northwind',
        '--map',
        map,
        '--rejected',
        join(folder, 'rejected.csv'),
      ],
      env,
    );
  const orders = () => importing('orders', 'northwind_order_lines.csv.gz', ORDER_COLUMNS);
  const registering = () => importing('customers', 'northwind_customers.csv', CUSTOMER_COLUMNS);

  /** As of the end of what the file covers. */
  async function ask<Params, Data>(question: Question<Params, Data>, params: Params, asOf?: string): Promise<Data> {
    engine ??= await openEngine({
      dataFolder: join(folder, 'data'),
      timeZone: 'Europe/Amsterdam',
      currency: 'USD',
    });
    const { position } = await engine.log.head();
    if (position === undefined) throw new Error('Nothing was imported.');
    expect(await engine.readSide?.waitFor(position, 300_000)).toBe(true);
    const answer = await engine.queryBus.execute(new Ask(question, params, asOf === undefined ? {} : { asOf }));
    return (answer as { data: Data }).data;
  }

  const rows = <Row>(sql: string) => ask<undefined, Row[]>((reading) => reading.rows<Row>(sql), undefined);

  it('records all customers and orders, refuses nothing, and records nothing the second time', async () => {
    expect(await registering()).toMatchObject({ linesRead: 91, linesRejected: {}, customers: 91, conflicts: 0 });
    const first = await orders();
    expect(first).toMatchObject({
      linesRead: northwind.lines,
      linesRejected: {},
      customers: northwind.customers_with_orders,
      orders: northwind.orders,
      returns: 0,
      conflicts: 0,
      net: { USD: 126_579_329 },
    });
    expect(await registering()).toMatchObject({ recorded: 0, conflicts: 0 });
    expect(await orders()).toMatchObject({ recorded: 0, repeated: first.recorded + first.repeated, conflicts: 0 });
  });

  it('answers with the published figures, those after discount by our rounding of each line', async () => {
    const lines = await linesOfTheFile();
    const all = await ask(valueOfAll, { limit: 5 });
    expect(all.currency).toBe('USD');
    expect(all.total.orders).toBe(northwind.orders);
    expect(all.total.revenue).toBe(126_579_329);
    expect(all.total.revenue).toBe(net(lines));
    expect(all.total.listValue).toBe(Math.round(northwind.gross_total * 100));
    expect(all.total.discountGiven).toBe(all.total.listValue - all.total.revenue);
    expect(dayInAmsterdam(all.total.firstOrder)).toBe(northwind.first_order);
    expect(dayInAmsterdam(all.total.lastOrder)).toBe(northwind.last_order);
    expect(all.customers).toBe(northwind.customers_with_orders);
    expect((await ask(customers, {})).total).toBe(northwind.customers_total);

    expect(Object.fromEntries(all.items.map(({ name, revenue }) => [name, revenue]))).toEqual(
      Object.fromEntries(
        Object.keys(northwind.top5_customers).map((name) => [
          name,
          net(lines.filter(({ customer_name }) => customer_name === name)),
        ]),
      ),
    );
    for (const [year, published] of Object.entries(northwind.net_by_year)) {
      const ofYear = await ask(valueOfAll, { from: `${year}-01-01`, to: `${Number(year) + 1}-01-01`, limit: 1 });
      expect(ofYear.total.revenue).toBe(net(lines.filter(({ order_date }) => order_date.startsWith(year))));
      // Half a cent a line at most, and mostly up and down alike.
      expect(Math.abs(ofYear.total.revenue / 100 - published)).toBeLessThan(0.5);
    }
  });

  it('knows who sold each order, under a sealed name', async () => {
    const lines = await linesOfTheFile();
    const sold = await rows<{ name: string; net: number }>(
      `SELECT rep.name, CAST(sum(net) AS BIGINT) AS net
       FROM order_amount($as_of, $known) AS sold JOIN rep ON rep.rep_id = sold.sold_by GROUP BY rep.name`,
    );
    expect(Object.fromEntries(sold.map(({ name, net: ofRep }) => [name, ofRep]))).toEqual(
      Object.fromEntries(
        Object.keys(northwind.net_by_employee).map((name) => [
          name,
          net(lines.filter(({ employee_name }) => employee_name === name)),
        ]),
      ),
    );
    for (const { name, net: ofRep } of sold) {
      expect(Math.abs(ofRep / 100 - (northwind.net_by_employee[name] ?? 0))).toBeLessThan(0.5);
    }
  });

  it('keeps the discount of each line, and which orders were shipped', async () => {
    const [counted] = await rows<Record<string, number>>(
      `SELECT count(*) AS lines, count(*) FILTER (WHERE discount_rate > 0) AS discounted,
         (SELECT count(*) FROM order_placed ANTI JOIN order_delivered USING (order_id)) AS not_shipped
       FROM order_line`,
    );
    expect(counted).toEqual({
      lines: northwind.lines,
      discounted: northwind.discounted_lines,
      notShipped: northwind.orders_not_shipped,
    });
  });
});

async function linesOfTheFile(): Promise<Line[]> {
  const text = gunzipSync(await readFile(sharedFile('northwind_order_lines.csv.gz')));
  return parse(text, { columns: true }) as unknown as Line[];
}

/** Cents, by whole numbers: prices have two decimals, discounts too. */
function net(lines: readonly Line[]): number {
  return lines.reduce((total, { quantity, unit_price, discount }) => {
    const tenThousandths =
      Number(quantity) * Math.round(Number(unit_price) * 100) * (100 - Math.round(Number(discount) * 100));
    return total + Math.floor((tenThousandths + 50) / 100);
  }, 0);
}

function dayInAmsterdam(instant: string | null): string {
  return new Intl.DateTimeFormat('sv', { timeZone: 'Europe/Amsterdam' }).format(new Date(instant ?? 0));
}
