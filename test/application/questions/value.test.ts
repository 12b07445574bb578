import { pyramid, pyramidMembers } from '../../../src/application/questions/pyramid.js';
import { valueByGroup, valueOfAll, valueOfOne } from '../../../src/application/questions/value.js';
import { valueHistoryOfAll, valueHistoryOfOne } from '../../../src/application/questions/value-history.js';
import { closeAll, givenEvents, tell, uuid } from './asking.js';

afterEach(closeAll);

const line = { sku: 'pen', quantity: '2', listPrice: '60', net: 10_000, cost: 6_000 };

const company = [
  tell.registered(1, '2024-01-01', { country: 'NL' }),
  tell.registered(2, '2024-01-01', { country: 'BE' }),
  tell.registered(3),
  tell.assigned(1, 'r1', '2024-01-01'),
  tell.ordered(1, 10, '2025-01-10', 0, { lines: [line, { sku: 'cup', quantity: '1', net: 5_000 }] }),
  tell.ordered(1, 11, '2025-03-10', 1_000),
  tell.ordered(1, 12, '2025-03-11', 0),
  tell.returned(1, 20, 11, '2025-04-01', 400),
  tell.ordered(2, 13, '2025-02-10', 7_000),
  tell.ordered(2, 14, '2025-05-10', 900),
  tell.cancelled(2, 14, '2025-06-10'),
  tell.ordered(3, 15, '2025-05-10', 1_234, { currency: 'USD' }),
];

describe('the value of one customer', () => {
  it('has revenue net of returns, discount and margin where they are known, and the dates of its orders', async () => {
    const { ask } = await givenEvents(...company);
    expect(await ask(valueOfOne, { customerId: uuid(1) })).toEqual({
      customerId: uuid(1),
      currency: 'EUR',
      value: {
        revenue: 15_600,
        orderedNet: 16_000,
        returnsNet: 400,
        orders: 3,
        ordersWithValue: 2,
        returns: 1,
        averageOrder: 8_000,
        listValue: 12_000,
        discountGiven: 2_000,
        cost: 6_000,
        margin: 4_000,
        marginKnownShare: 0.641026,
        firstOrder: '2025-01-10T12:00:00.000Z',
        lastOrder: '2025-03-11T12:00:00.000Z',
        lastOrderWithValue: '2025-03-10T12:00:00.000Z',
      },
    });
  });

  it('covers only the days asked for, the last one not included', async () => {
    const { ask } = await givenEvents(...company);
    const { value } = await ask(valueOfOne, { customerId: uuid(1), from: '2025-03-10', to: '2025-03-11' });
    expect(value).toMatchObject({ revenue: 1_000, orders: 1 });
  });

  it('names what could not be converted and leaves it out', async () => {
    const { answer } = await givenEvents(...company);
    const { data, unconverted } = await answer(valueOfOne, { customerId: uuid(3) });
    expect(data.value).toMatchObject({ revenue: 0, orders: 1, averageOrder: null, marginKnownShare: null });
    expect(unconverted).toEqual([{ currency: 'USD', amount: 1_234 }]);
  });

  it('is refused for days that are not there', async () => {
    const { ask } = await givenEvents(...company);
    await expect(ask(valueOfOne, { customerId: uuid(1), from: '2025-02-30' })).rejects.toMatchObject({
      errors: [{ path: 'from', message: 'There is no day 2025-02-30.' }],
    });
    await expect(ask(valueOfOne, { customerId: uuid(1), from: '2025-03-01', to: '2025-02-01' })).rejects.toMatchObject({
      errors: [{ path: 'to' }],
    });
  });

  it('is not there for a customer that nobody knows, or knew by then', async () => {
    const { ask } = await givenEvents(...company);
    await expect(ask(valueOfOne, { customerId: uuid(99) })).rejects.toThrow('There is no customer');
    await expect(ask(valueOfOne, { customerId: uuid(1) }, { asOf: '2023-12-01' })).rejects.toThrow(
      'There is no customer',
    );
  });

  it('is that of the survivor when the customer is part of another', async () => {
    const { ask } = await givenEvents(...company, tell.merged(1, [2], '2025-07-01'));
    const { customerId, value } = await ask(valueOfOne, { customerId: uuid(2) });
    expect(customerId).toBe(uuid(1));
    expect(value.revenue).toBe(22_600);
  });
});

describe('the value explained', () => {
  it('lists the events behind each figure: together they give it', async () => {
    const { ask } = await givenEvents(...company);
    const { value, events } = await ask(valueOfOne, { customerId: uuid(1), explain: true });
    for (const figure of [
      'revenue',
      'orderedNet',
      'returnsNet',
      'orders',
      'ordersWithValue',
      'returns',
      'listValue',
      'discountGiven',
      'cost',
      'margin',
    ] as const) {
      expect(events?.items.reduce((sum, { adds }) => sum + (adds?.[figure] ?? 0), 0)).toBe(value[figure]);
    }
    expect(events?.items[0]).toMatchObject({
      position: 'test-5',
      occurredAt: '2025-01-10T12:00:00.000Z',
      orderId: uuid(10),
      amount: 15_000,
      actor: 'local',
    });
  });

  it('pages through many events', async () => {
    const { ask } = await givenEvents(...company);
    const first = await ask(valueOfOne, { customerId: uuid(1), explain: true, limit: 3 });
    const { nextCursor: cursor } = first.events!;
    const second = await ask(valueOfOne, { customerId: uuid(1), explain: true, limit: 3, cursor });
    expect([...first.events!.items, ...second.events!.items].map(({ position }) => position)).toEqual([
      'test-5',
      'test-6',
      'test-7',
      'test-8',
    ]);
    expect(second.events?.nextCursor).toBeUndefined();
  });

  it('says which orders were left out because they were cancelled', async () => {
    const { ask } = await givenEvents(...company);
    const { leftOut } = await ask(valueOfOne, { customerId: uuid(2), explain: true });
    expect(leftOut).toMatchObject([{ orderId: uuid(14), amount: 900, kind: 'order' }]);
  });
});

describe('the value of all customers', () => {
  it('is sorted by a figure and paged, with the total of all', async () => {
    const { answer } = await givenEvents(...company);
    const { data, unconverted } = await answer(valueOfAll, { limit: 2 });
    expect(data.items.map(({ customerId, revenue, segment }) => [customerId, revenue, segment])).toEqual([
      [uuid(1), 15_600, 'inactive'],
      [uuid(2), 7_000, 'inactive'],
    ]);
    expect(data.customers).toBe(3);
    expect(data.total).toMatchObject({ revenue: 22_600, orders: 5, averageOrder: 7_667 });
    expect(unconverted).toEqual([{ currency: 'USD', amount: 1_234 }]);
    const next = await answer(valueOfAll, { limit: 2, cursor: data.nextCursor });
    expect(next.data.items.map(({ customerId }) => customerId)).toEqual([uuid(3)]);
    expect(next.data.nextCursor).toBeUndefined();
  });

  it('is narrowed down to a country or an account manager', async () => {
    const { ask } = await givenEvents(...company);
    expect((await ask(valueOfAll, { country: 'BE' })).items.map(({ customerId }) => customerId)).toEqual([uuid(2)]);
    expect((await ask(valueOfAll, { accountManager: 'r1' })).total.revenue).toBe(15_600);
    expect((await ask(valueOfAll, { accountManager: 'nobody' })).total.revenue).toBe(0);
  });

  it('is added up per country', async () => {
    const { ask } = await givenEvents(...company);
    const { groups } = await ask(valueByGroup, { by: 'country' });
    expect(groups.map(({ group, customers, value }) => [group, customers, value.revenue])).toEqual([
      ['NL', 1, 15_600],
      ['BE', 1, 7_000],
      [null, 1, 0],
    ]);
  });

  it('refuses a cursor of another order and a figure that is not there', async () => {
    const { ask } = await givenEvents(...company);
    const { nextCursor: cursor } = await ask(valueOfAll, { limit: 1 });
    await expect(ask(valueOfAll, { sort: 'name', cursor })).rejects.toMatchObject({ errors: [{ path: 'cursor' }] });
    await expect(ask(valueOfAll, { cursor: 'x' })).rejects.toMatchObject({ errors: [{ path: 'cursor' }] });
    await expect(ask(valueOfAll, { sort: 'beauty' })).rejects.toMatchObject({ errors: [{ path: 'sort' }] });
    await expect(ask(valueOfAll, { limit: 0 })).rejects.toMatchObject({ errors: [{ path: 'limit' }] });
  });
});

describe('the history of value', () => {
  it('has a step for each month, with what it added and where it stood', async () => {
    const { ask } = await givenEvents(...company);
    const { steps } = await ask(valueHistoryOfOne, { customerId: uuid(2), from: '2025-01-01', to: '2025-07-01' });
    expect(
      steps.map(({ from, to, period, cumulative, buyers }) => [from, to, period.revenue, cumulative.revenue, buyers]),
    ).toEqual([
      ['2025-01-01', '2025-02-01', 0, 0, 0],
      ['2025-02-01', '2025-03-01', 7_000, 7_000, 1],
      ['2025-03-01', '2025-04-01', 0, 7_000, 0],
      ['2025-04-01', '2025-05-01', 0, 7_000, 0],
      ['2025-05-01', '2025-06-01', 900, 7_900, 1],
      ['2025-06-01', '2025-07-01', -900, 7_000, 0],
    ]);
  });

  it('stands at the end of each step where the value view stood then', async () => {
    const { ask } = await givenEvents(...company, tell.takenOver(2, 1, '2025-04-15'));
    const { steps } = await ask(valueHistoryOfOne, { customerId: uuid(1), from: '2025-01-01', to: '2025-07-01' });
    expect(steps).toHaveLength(6);
    for (const { to, cumulative } of steps) {
      const asOf = new Date(Date.parse(`${to}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
      const { value } = await ask(valueOfOne, { customerId: uuid(1) }, { asOf });
      expect({ to, ...value }).toMatchObject({ to, ...cumulative });
    }
  });

  it('adds up to everything, in quarters and years, for all customers, from the first order to today', async () => {
    const { answer } = await givenEvents(...company);
    const quarters = await answer(valueHistoryOfAll, { step: 'quarter' }, { asOf: '2025-08-15' });
    expect(quarters.data.steps.map(({ from, to, period, buyers }) => [from, to, period.revenue, buyers])).toEqual([
      ['2025-01-01', '2025-04-01', 23_000, 2],
      ['2025-04-01', '2025-07-01', -400, 1],
      ['2025-07-01', '2025-08-16', 0, 0],
    ]);
    expect(quarters.unconverted).toEqual([{ currency: 'USD', amount: 1_234 }]);
    const years = await answer(valueHistoryOfAll, { step: 'year' }, { asOf: '2026-02-01' });
    expect(years.data.steps.map(({ cumulative }) => cumulative.revenue)).toEqual([22_600, 22_600]);
  });
});

describe('the pyramid', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => [
    tell.registered(index + 1),
    tell.ordered(index + 1, 1_000 + index, '2025-03-01', 100 * (index + 1), {
      lines: [{ sku: 'pen', quantity: '1', net: 100 * (index + 1), cost: 50 * (index + 1) }],
    }),
  ]).flat();

  it('has 1 A, 4 B, 15 C and 80 D of a hundred buyers, and those without revenue below', async () => {
    const { ask } = await givenEvents(
      ...hundred,
      tell.registered(101),
      tell.registered(102, '2024-01-01', { lifecycle: 'prospect' }),
      tell.registered(103, '2024-01-01', { lifecycle: 'suspect' }),
    );
    const { segments, buyers, revenue, window, thresholds } = await ask(pyramid, {}, { asOf: '2025-06-15' });
    expect({ buyers, revenue }).toEqual({ buyers: 100, revenue: 505_000 });
    expect(window).toEqual({ from: '2024-06-16', to: '2025-06-15' });
    expect(thresholds).toEqual({ a: 0.01, b: 0.05, c: 0.2 });
    expect(segments.map(({ segment, customers, revenue }) => [segment, customers, revenue])).toEqual([
      ['A', 1, 10_000],
      ['B', 4, 39_000],
      ['C', 15, 132_000],
      ['D', 80, 324_000],
      ['inactive', 1, 0],
      ['prospect', 1, 0],
      ['suspect', 1, 0],
    ]);
    expect(segments[0]).toMatchObject({
      revenueShare: 0.019802,
      customerShare: 0.01,
      contribution: 5_000,
      contributionKnownShare: 1,
      lastRank: 1,
      lowestRevenue: 10_000,
    });
  });

  it('looks back twelve months, days counted in the time zone of the company', async () => {
    const { ask } = await givenEvents(tell.registered(1), tell.ordered(1, 10, '2025-03-01T22:59:00Z', 100));
    const segmentOn = async (asOf: string) => (await ask(pyramidMembers, {}, { asOf })).items[0]?.segment;
    expect(await segmentOn('2025-03-01')).toBe('A');
    expect(await segmentOn('2026-02-28')).toBe('A');
    expect(await segmentOn('2026-03-01')).toBe('inactive');
  });

  it('ranks equals by customer id', async () => {
    const { ask } = await givenEvents(
      ...[3, 1, 2].flatMap((id) => [tell.registered(id), tell.ordered(id, 10 + id, '2025-03-01', 100)]),
    );
    const { items } = await ask(pyramidMembers, {}, { asOf: '2025-06-15' });
    expect(items.map(({ customerId, rank }) => [customerId, rank])).toEqual([
      [uuid(1), 1],
      [uuid(2), 2],
      [uuid(3), 3],
    ]);
  });

  it('follows the thresholds in force', async () => {
    const { ask } = await givenEvents(...hundred, tell.thresholds('0.1', '0.2', '0.3', '2025-06-01'));
    const customersOn = async (asOf: string) =>
      (await ask(pyramid, {}, { asOf })).segments.map(({ customers }) => customers);
    expect(await customersOn('2025-05-31')).toEqual([1, 4, 15, 80]);
    expect(await customersOn('2025-06-01')).toEqual([10, 10, 10, 70]);
  });

  it('pages through its members, those without revenue last', async () => {
    const { ask } = await givenEvents(
      ...[1, 2, 3].flatMap((id) => [tell.registered(id), tell.ordered(id, 10 + id, '2025-03-01', 100 * id)]),
      tell.registered(4),
      tell.registered(5, '2024-01-01', { lifecycle: 'prospect' }),
      tell.ordered(5, 20, '2020-01-01', 5),
    );
    const seen: [string, string][] = [];
    let cursor: string | undefined;
    do {
      const page = await ask(pyramidMembers, { limit: 2, cursor }, { asOf: '2025-06-15' });
      seen.push(...page.items.map(({ customerId, segment }): [string, string] => [customerId, segment]));
      cursor = page.nextCursor;
    } while (cursor);
    // A prospect that ever ordered is a customer that has become inactive.
    expect(seen).toEqual([
      [uuid(3), 'A'],
      [uuid(2), 'D'],
      [uuid(1), 'D'],
      [uuid(4), 'inactive'],
      [uuid(5), 'inactive'],
    ]);
  });

  it('does not keep an answer that a later order made wrong', async () => {
    const { ask, record } = await givenEvents(tell.registered(1), tell.ordered(1, 10, '2025-03-01', 100));
    const when = { asOf: '2025-06-15' };
    expect((await ask(pyramid, {}, when)).revenue).toBe(100);
    await record(tell.ordered(1, 11, '2025-04-01', 50));
    expect((await ask(pyramid, {}, when)).revenue).toBe(150);
    await record(tell.takenOver(1, 2, '2025-06-20'), tell.registered(2));
    expect((await ask(pyramid, {}, when)).revenue).toBe(150);
  });
});
