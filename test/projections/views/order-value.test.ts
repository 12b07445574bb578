import { closeAll, givenEvents, tell } from '../../application/questions/asking.js';

afterEach(closeAll);

const values = `SELECT kind, customer, net, converted, amount FROM order_value($as_of, $known) ORDER BY position`;
const sums = `SELECT customer, revenue, orders, "returns"
  FROM customer_revenue($as_of, $known, DATE '2000-01-01', DATE '2100-01-01') ORDER BY customer`;

describe('what orders are worth', () => {
  it('is their net, less what came back', async () => {
    const { rows } = await givenEvents(
      tell.registered(1),
      tell.ordered(1, 10, '2025-01-10', 10_000),
      tell.returned(1, 20, 10, '2025-02-10', 2_500),
    );
    expect(await rows(values)).toEqual([
      { kind: 'order', customer: 1, net: 10_000, converted: true, amount: 10_000 },
      { kind: 'return', customer: 1, net: -2_500, converted: true, amount: -2_500 },
    ]);
    expect(await rows(sums)).toEqual([{ customer: 1, revenue: 7_500, orders: 1, returns: 1 }]);
  });

  it('is nothing from the moment an order is cancelled, nor are its returns worth anything', async () => {
    const { reading } = await givenEvents(
      tell.registered(1),
      tell.ordered(1, 10, '2025-01-10', 10_000),
      tell.ordered(1, 11, '2025-01-11', 500),
      tell.returned(1, 20, 10, '2025-02-10', 2_500),
      tell.returned(1, 21, undefined, '2025-02-11', 100),
      tell.cancelled(1, 10, '2025-03-01'),
    );
    expect(await reading({ asOf: '2025-02-28' }).rows(sums)).toEqual([
      { customer: 1, revenue: 7_900, orders: 2, returns: 2 },
    ]);
    expect(await reading().rows(sums)).toEqual([{ customer: 1, revenue: 400, orders: 1, returns: 1 }]);
    expect(await reading().rows('SELECT sum(net) AS net, count(*) AS n FROM order_value($as_of, $known)')).toEqual([
      { net: 400, n: 2 },
    ]);
  });

  it('follows a correction from the moment it was recorded', async () => {
    const order = { ...tell.ordered(1, 10, '2025-01-10', 10_000), id: '0b8f8f7e-6d3c-4c3f-9d64-7b8a3f0f4a01' };
    const { reading } = await givenEvents(
      tell.registered(1),
      order,
      tell.corrected(order, { lines: [{ sku: 'pen', quantity: '1', net: 9_000 }] }, '2025-04-01'),
    );
    expect(await reading({ known: 2n }).rows(sums)).toMatchObject([{ revenue: 10_000, orders: 1 }]);
    expect(await reading().rows(sums)).toMatchObject([{ revenue: 9_000, orders: 1 }]);
  });

  it('counts for the customer that the buyer is part of', async () => {
    const { rows } = await givenEvents(
      tell.registered(1),
      tell.registered(2),
      tell.ordered(1, 10, '2025-01-10', 100),
      tell.ordered(2, 11, '2025-01-10', 200),
      tell.merged(2, [1], '2025-06-01'),
    );
    expect(await rows(sums)).toEqual([{ customer: 2, revenue: 300, orders: 2, returns: 0 }]);
  });
});

describe('an order in another currency', () => {
  const dollars = { currency: 'USD' };

  it('is converted at the rate of the day it was placed, rounded half away from zero', async () => {
    const { rows } = await givenEvents(
      tell.registered(1),
      tell.rate('USD', 'EUR', '0.5', '2025-01-01'),
      tell.rate('USD', 'EUR', '0.25', '2025-02-01'),
      tell.ordered(1, 10, '2025-01-31', 101, dollars),
      tell.ordered(1, 11, '2025-02-01', 102, dollars),
      tell.returned(1, 20, 10, '2025-01-31', 101, dollars),
    );
    expect((await rows(values)).map((row) => row.net)).toEqual([51, 26, -51]);
    expect(await rows(sums)).toMatchObject([{ revenue: 26 }]);
  });

  it('without a rate on that day is left unconverted', async () => {
    const { rows } = await givenEvents(
      tell.registered(1),
      tell.ordered(1, 10, '2025-01-31', 1_000, dollars),
      tell.ordered(1, 11, '2025-02-01', 2_000, dollars),
      tell.ordered(1, 12, '2025-02-02', 3_000),
      tell.rate('USD', 'EUR', '0.5', '2025-02-01'),
    );
    expect(await rows(values)).toEqual([
      { kind: 'order', customer: 1, net: null, converted: false, amount: 1_000 },
      { kind: 'order', customer: 1, net: 1_000, converted: true, amount: 2_000 },
      { kind: 'order', customer: 1, net: 3_000, converted: true, amount: 3_000 },
    ]);
    expect(await rows(`FROM unconverted_amounts($as_of, $known, DATE '2000-01-01', DATE '2100-01-01')`)).toEqual([
      { currency: 'USD', amount: 1_000 },
    ]);
  });

  it('takes the inverse of a rate that was set the other way round', async () => {
    const { rows } = await givenEvents(
      tell.registered(1),
      tell.rate('EUR', 'USD', '1.25', '2025-01-01'),
      tell.ordered(1, 10, '2025-01-31', 1_000, dollars),
    );
    expect((await rows(values))[0]?.net).toBe(800);
  });

  it('is converted from minor units of its own', async () => {
    const { rows } = await givenEvents(
      tell.registered(1),
      tell.rate('JPY', 'EUR', '0.006', '2025-01-01'),
      tell.rate('KWD', 'EUR', '3', '2025-01-01'),
      tell.ordered(1, 10, '2025-01-31', 10_000, { currency: 'JPY' }),
      tell.ordered(1, 11, '2025-01-31', 10_000, { currency: 'KWD' }),
    );
    expect((await rows(values)).map((row) => row.net)).toEqual([6_000, 3_000]);
  });

  it('uses the rate as it was known', async () => {
    const { reading } = await givenEvents(
      tell.registered(1),
      tell.rate('USD', 'EUR', '0.5', '2025-01-01'),
      tell.ordered(1, 10, '2025-01-31', 1_000, dollars),
      tell.rate('USD', 'EUR', '0.9', '2025-01-01', { at: '2025-05-01' }),
    );
    expect((await reading({ known: 3n }).rows(values))[0]?.net).toBe(500);
    expect((await reading().rows(values))[0]?.net).toBe(900);
    // A rate holds for the days it says, whenever somebody came to set it.
    expect((await reading({ asOf: '2025-02-01' }).rows(values))[0]?.net).toBe(900);
  });
});
