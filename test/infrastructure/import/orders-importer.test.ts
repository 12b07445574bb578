import { customerIdFor, orderIdFor, returnIdFor } from '../../../src/domain/ids.js';
import { customerStream } from '../../../src/domain/streams.js';
import { LocalTimes } from '../../../src/infrastructure/import/local-times.js';
import { type OrderImportOptions, OrdersImporter } from '../../../src/infrastructure/import/orders-importer.js';

const HEADER = ['order_id', 'customer_id', 'placed_at', 'sku', 'quantity', 'unit_price'];

function given(header: string[], rows: string[][], options: Partial<OrderImportOptions> = {}) {
  const importer = new OrdersImporter({
    source: 'erp',
    mapping: new Map(),
    currency: 'EUR',
    times: new LocalTimes('Europe/Amsterdam'),
    creditPrefix: 'C',
    ...options,
  });
  importer.header(header);
  const rejected = rows.map((row, index) => importer.add(row, index + 2)).filter((reason) => reason !== undefined);
  const plan = importer.plan();
  const commands = plan.streams.flatMap((stream) => stream.commands.map(({ command }) => command));
  return { rejected, plan, commands };
}

const only = (rows: string[][], options?: Partial<OrderImportOptions>) => given(HEADER, rows, options);

describe('importing orders', () => {
  it('takes lines with one order id, wherever they stand, for one order that was placed when its earliest line was', () => {
    const { plan, commands } = only([
      ['1', 'K7', '2026-03-01 10:05', 'pen', '2', '1.50'],
      ['2', 'K8', '2026-03-01 11:00', 'mug', '1', '4'],
      ['1', 'K7', '2026-03-01 10:00', 'mug', '3', '4.00'],
    ]);
    expect(plan.counts).toEqual({ customers: 2, orders: 2, returns: 0, visits: 0 });
    expect(plan.streams.map(({ stream }) => stream)).toEqual([
      customerStream(customerIdFor('erp', 'K7')),
      customerStream(customerIdFor('erp', 'K8')),
    ]);
    expect(commands.slice(0, 2)).toEqual([
      {
        name: 'RegisterCustomer',
        id: customerIdFor('erp', 'K7'),
        payload: {
          name: 'K7',
          lifecycle: 'customer',
          externalIds: [{ source: 'erp', key: 'K7' }],
          occurredAt: '2026-03-01T09:00:00.000Z',
        },
      },
      {
        name: 'PlaceOrder',
        id: orderIdFor('erp', '1'),
        payload: {
          placedAt: '2026-03-01T09:00:00.000Z',
          currency: 'EUR',
          lines: [
            { sku: 'pen', quantity: '2', listPrice: '1.5', net: 300 },
            { sku: 'mug', quantity: '3', listPrice: '4', net: 1200 },
          ],
        },
      },
    ]);
  });

  it('records the orders of a customer from old to new', () => {
    const { commands } = only([
      ['late', 'K7', '2026-03-02', 'pen', '1', '1'],
      ['early', 'K7', '2026-03-01', 'pen', '1', '1'],
    ]);
    expect(commands.map(({ id }) => id)).toEqual([
      customerIdFor('erp', 'K7'),
      orderIdFor('erp', 'early'),
      orderIdFor('erp', 'late'),
    ]);
  });

  it('takes negative quantities in an order for goods of that order that came back', () => {
    const { plan, commands } = only([
      ['1', 'K7', '2026-03-01', 'pen', '5', '2'],
      ['1', 'K7', '2026-03-03', 'pen', '-2', '2'],
    ]);
    expect(plan.counts).toMatchObject({ orders: 1, returns: 1 });
    expect(plan.net).toEqual({ EUR: 600 });
    expect(commands[2]).toEqual({
      name: 'ReturnOrderLines',
      id: returnIdFor('erp', '1'),
      payload: {
        orderId: orderIdFor('erp', '1'),
        occurredAt: '2026-03-02T23:00:00.000Z',
        currency: 'EUR',
        lines: [{ sku: 'pen', quantity: '2', listPrice: '2', net: 400 }],
      },
    });
  });

  it('takes an order id with the prefix for a credit note of no order in particular, whatever its signs', () => {
    const { plan, commands } = only([
      ['C9', 'K7', '2026-03-03', 'pen', '-2', '2'],
      ['C9', 'K7', '2026-03-03', 'mug', '1', '3'],
    ]);
    expect(plan.counts).toMatchObject({ orders: 0, returns: 1 });
    expect(plan.net).toEqual({ EUR: -700 });
    expect(commands[1]?.payload).toEqual({
      occurredAt: '2026-03-02T23:00:00.000Z',
      currency: 'EUR',
      lines: [
        { sku: 'pen', quantity: '2', listPrice: '2', net: 400 },
        { sku: 'mug', quantity: '1', listPrice: '3', net: 300 },
      ],
    });
  });

  it('rounds the net of each line half away from zero, after its discount, in the minor unit of its currency', () => {
    const { commands } = given(
      [...HEADER, 'discount_rate', 'unit_cost', 'currency'],
      [
        ['1', 'K7', '2026-03-01', 'a', '1', '1.005', '', '0.5', ''],
        ['1', 'K7', '2026-03-01', 'b', '3', '9.99', '0.15', '', 'EUR'],
        ['2', 'K7', '2026-03-01', 'c', '3', '100.5', '', '', 'jpy'],
      ],
    );
    expect(commands.slice(1).map(({ payload }) => payload)).toMatchObject([
      {
        currency: 'EUR',
        lines: [
          { net: 101, cost: 50 },
          { net: 2547, discountRate: '0.15', listPrice: '9.99' },
        ],
      },
      { currency: 'JPY', lines: [{ net: 302 }] },
    ]);
  });

  it('derives an id from the name of one of our people, registers the name, and keeps a code as it is', () => {
    const { plan, commands } = given(
      [...HEADER, 'rep'],
      [
        ['1', 'K7', '2026-03-02', 'a', '1', '1', 'Nancy Davolio'],
        ['2', 'K8', '2026-03-01', 'a', '1', '1', 'Nancy Davolio'],
        ['3', 'K8', '2026-03-03', 'a', '1', '1', 'jdv'],
      ],
    );
    const [nancy] = plan.first.flatMap(({ commands: ofStream }) => ofStream.map(({ command }) => command));
    expect(plan.first).toHaveLength(1);
    expect(nancy).toMatchObject({
      name: 'RegisterRep',
      payload: { name: 'Nancy Davolio', occurredAt: '2026-02-28T23:00:00.000Z' },
    });
    const { repId } = nancy!.payload as { repId: string };
    expect(repId).not.toMatch(/nancy|davolio/i);
    const sellers = commands.filter(({ name }) => name === 'PlaceOrder').map(({ payload }) => payload);
    expect(sellers).toMatchObject([{ soldBy: repId }, { soldBy: repId }, { soldBy: 'jdv' }]);
  });

  it('records what was promised with each line, and a delivery for each day on which something of it was delivered', () => {
    const { commands } = given(
      [...HEADER, 'promised_on', 'delivered_on'],
      [
        ['1', 'K7', '2026-03-01', 'a', '1', '1', '2026-03-08', '2026-03-07'],
        ['1', 'K7', '2026-03-01', 'b', '2', '1', '2026-03-08', ''],
        ['2', 'K7', '2026-03-02', 'a', '1', '1', '', '2026-03-09 10:00'],
      ],
    );
    expect(commands.slice(1).map(({ name, payload }) => ({ name, payload }))).toMatchObject([
      { name: 'PlaceOrder', payload: { lines: [{ promisedOn: '2026-03-08' }, { promisedOn: '2026-03-08' }] } },
      { name: 'PlaceOrder' },
      {
        name: 'DeliverOrder',
        payload: { orderId: orderIdFor('erp', '1'), deliveredOn: '2026-03-07', lines: [{ line: 1, quantity: '1' }] },
      },
      { name: 'DeliverOrder', payload: { orderId: orderIdFor('erp', '2'), deliveredOn: '2026-03-09' } },
    ]);
    expect(commands[4]?.payload).not.toHaveProperty('lines');
  });

  it.each([
    ['wrong-number-of-columns', ['1', 'K7', '2026-03-01', 'pen', '1']],
    ['customer-missing', ['', '', 'never', '', 'x', 'y']],
    ['order-missing', ['', 'K7', '2026-03-01', 'pen', '1', '1']],
    ['sku-missing', ['1', 'K7', '2026-03-01', ' ', '1', '1']],
    ['text-too-long', ['1', 'K'.repeat(201), '2026-03-01', 'pen', '1', '1']],
    ['quantity-not-a-number', ['1', 'K7', '2026-03-01', 'pen', 'six', '1']],
    ['quantity-zero', ['1', 'K7', '2026-03-01', 'pen', '0.000', '1']],
    ['price-not-a-number', ['1', 'K7', '2026-03-01', 'pen', '1', '1.1234567']],
    ['price-negative', ['1', 'K7', '2026-03-01', 'pen', '1', '-1']],
    ['time-not-understood', ['1', 'K7', '2026-02-30', 'pen', '1', '1']],
    ['amount-too-large', ['1', 'K7', '2026-03-01', 'pen', '999999999999', '999999999']],
  ])('refuses a row because of %s and keeps the rest of the order', (reason, row) => {
    const { rejected, plan } = only([['1', 'K7', '2026-03-01', 'mug', '1', '1'], row]);
    expect(rejected).toEqual([reason]);
    expect(plan.counts.orders).toBe(1);
    expect(plan.net).toEqual({ EUR: 100 });
  });

  it('refuses lines that give an order another customer or another currency than its first line', () => {
    const { rejected, plan } = given(
      [...HEADER, 'currency'],
      [
        ['1', 'K7', '2026-03-01', 'mug', '1', '1', 'EUR'],
        ['1', 'K8', '2026-03-01', 'mug', '1', '1', 'EUR'],
        ['1', 'K7', '2026-03-01', 'mug', '1', '1', 'USD'],
        ['2', 'K7', '2026-03-01', 'mug', '1', '1', 'XXY'],
      ],
    );
    expect(rejected).toEqual(['other-customer', 'other-currency', 'currency-unknown']);
    expect(plan.counts).toMatchObject({ customers: 1, orders: 1 });
  });

  it('refuses an order of more lines than an event holds, as a whole', () => {
    const rows = Array.from({ length: 2_001 }, () => ['1', 'K7', '2026-03-01', 'mug', '1', '1']);
    const { plan } = only([...rows, ['2', 'K7', '2026-03-01', 'mug', '1', '1']]);
    expect(plan.refused.size).toBe(2_001);
    expect(plan.refused.get(2)).toEqual({ reason: 'order-too-long' });
    expect(plan.counts).toMatchObject({ customers: 1, orders: 1 });
    expect(plan.net).toEqual({ EUR: 100 });
  });
});
