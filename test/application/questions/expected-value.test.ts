import { worthOfOne } from '../../../src/application/questions/customer-value.js';
import { expectedByGroup, expectedOfAll } from '../../../src/application/questions/expected-value.js';
import { valueModel } from '../../../src/application/questions/value-model.js';
import { npv } from '../../../src/domain/lifetime/npv.js';
import { simulatedCustomers } from '../../support/simulated-customers.js';
import { closeAll, givenEvents, tell, uuid } from './asking.js';
import { costs } from './costs.js';

afterEach(closeAll);

const sold = (customer: number, order: number, at: string, net: number, cost = 0) =>
  tell.ordered(customer, order, at, 0, { lines: [{ sku: 'pen', quantity: '1', net, cost }] });
const policy = (more: object, validFrom = '2020-01-01') => ({
  type: 'ValuePolicySet',
  at: validFrom,
  stream: 'policy-value',
  data: { thresholds: { a: '0.01', b: '0.05', c: '0.2' }, validFrom, ...more },
});

// As of 31 December 2025; the years end on 30 December.
const asOf = '2025-12-31';
const company = [
  // Bought in 2021, 2022, not in 2023, in 2024 and 2025: of the 3 years before the last, 2 were followed by another.
  tell.registered(1, '2021-01-01', { country: 'NL' }),
  sold(1, 11, '2021-06-01', 10_000, 4_000),
  sold(1, 12, '2022-06-01', 10_000, 4_000),
  sold(1, 13, '2024-06-01', 10_000, 4_000),
  sold(1, 14, '2025-06-01', 10_000, 4_000),
  // Too new for a retention of its own.
  tell.registered(2, '2024-01-01'),
  sold(2, 21, '2024-07-01', 8_000, 3_000),
  sold(2, 22, '2025-07-01', 8_000, 3_000),
  costs.direct(2, 1_000, '2025-08-01'),
  // Bought in the year before the last and no more.
  tell.registered(3, '2024-01-01'),
  sold(3, 31, '2024-07-01', 5_000, 1_000),
  tell.registered(4, '2024-01-01', { lifecycle: 'prospect' }),
];

describe('expected value by net present value', () => {
  it('takes the retention of the customer itself where it bought in three earlier years', async () => {
    const { ask } = await givenEvents(...company);
    const { customerValue } = await ask(worthOfOne, { customerId: uuid(1) }, { asOf });
    // From 1 June 2021 to 30 December 2025 inclusive: 1,674 days.
    const yearly = 24_000 / (1_674 / 365.25);
    expect(customerValue).toMatchObject({
      realised: 24_000,
      expected: {
        model: 'npv',
        horizonYears: 5,
        discountRate: 0.1,
        contributionAYear: Math.round(yearly),
        contributionShare: 0.6,
        retentionRate: 0.666667,
        retentionBasis: 'own',
        retentionOf: 3,
        value: Math.round(yearly * npv({ margin: 1, retention: 2 / 3, discountRate: 0.1, horizon: 5 })),
        expectedOrders: null,
        probabilityAlive: null,
      },
    });
    expect(customerValue.total).toBe(customerValue.realised + (customerValue.expected.value as number));
    expect(customerValue.expected.convention).toContain('First margin one period away');
  });

  it('takes the retention of its segment otherwise', async () => {
    const { ask } = await givenEvents(
      tell.registered(2, '2024-01-01'),
      sold(2, 21, '2024-07-01', 8_000, 3_000),
      sold(2, 22, '2025-07-01', 8_000, 3_000),
      tell.registered(3, '2024-01-01'),
      sold(3, 31, '2024-08-01', 5_000, 1_000),
      tell.registered(5, '2024-01-01'),
      sold(5, 51, '2025-08-01', 10_000, 1_000),
    );
    // Of two a year ago, 2 was A and stayed, 3 was D and left; nobody was B then.
    const found = await ask(expectedOfAll, {}, { asOf });
    const by = new Map(found.items.map((item) => [item.customerId, item]));
    expect(by.get(uuid(5))).toMatchObject({
      segment: 'A',
      retentionBasis: 'segment',
      retentionRate: 1,
      retentionOf: 1,
    });
    expect(by.get(uuid(2))).toMatchObject({
      segment: 'D',
      retentionBasis: 'segment',
      retentionRate: 0,
      retentionOf: 1,
    });
  });

  it('expects nothing after twelve months without an order, and tells nothing of who never ordered', async () => {
    const { ask } = await givenEvents(...company);
    const lost = await ask(worthOfOne, { customerId: uuid(3) }, { asOf });
    expect(lost.customerValue).toMatchObject({
      realised: 4_000,
      total: 4_000,
      expected: { value: 0, retentionRate: 0, retentionBasis: 'lost', retentionOf: null },
    });
    const never = await ask(worthOfOne, { customerId: uuid(4) }, { asOf });
    expect(never.customerValue).toMatchObject({
      realised: 0,
      total: null,
      expected: { value: null, why: 'The customer has never ordered.' },
    });
  });

  it('follows the discount rate and horizon of the value policy, also without an end', async () => {
    const { ask } = await givenEvents(...company, policy({ discountRate: '0.2', horizonYears: 0 }));
    const { customerValue } = await ask(worthOfOne, { customerId: uuid(1) }, { asOf });
    const yearly = 24_000 / (1_674 / 365.25);
    expect(customerValue.expected).toMatchObject({
      horizonYears: null,
      discountRate: 0.2,
      value: Math.round((yearly * 2) / 3 / (1 + 0.2 - 2 / 3)),
    });
  });

  it('tells no value where no cost of what was sold is known', async () => {
    const { ask } = await givenEvents(
      tell.registered(1),
      tell.ordered(1, 10, '2024-05-01', 7_000),
      tell.ordered(1, 11, '2025-05-01', 7_000),
    );
    const { customerValue } = await ask(worthOfOne, { customerId: uuid(1) }, { asOf });
    expect(customerValue.expected).toMatchObject({ value: null, why: 'No cost of what was sold is known.' });
    expect((await ask(expectedOfAll, {}, { asOf })).total).toMatchObject({ customers: 1, untold: 1, value: 0 });
  });

  it('gives all customers what it gives each one, in pages and groups that add up to the total', async () => {
    const { ask } = await givenEvents(...company);
    const all = await ask(expectedOfAll, {}, { asOf });
    expect(all.items.map(({ customerId }) => customerId)).toEqual(
      [uuid(1), uuid(2), uuid(3)].sort(
        (one, other) =>
          (all.items.find(({ customerId }) => customerId === other)?.value ?? 0) -
          (all.items.find(({ customerId }) => customerId === one)?.value ?? 0),
      ),
    );
    for (const { customerId, name: _, country: _c, segment: _s, accountManager: _a, ...figures } of all.items) {
      const { customerValue } = await ask(worthOfOne, { customerId }, { asOf });
      expect(customerValue.expected).toMatchObject(figures);
    }
    const first = await ask(expectedOfAll, { limit: 2 }, { asOf });
    const rest = await ask(expectedOfAll, { limit: 2, cursor: first.nextCursor as string }, { asOf });
    expect([...first.items, ...rest.items]).toEqual(all.items);
    const { groups } = await ask(expectedByGroup, { by: 'segment' }, { asOf });
    expect(groups.reduce((sum, { value }) => sum + value, 0)).toBe(all.total.value);
    expect(all.items.reduce((sum, { value }) => sum + (value ?? 0), 0)).toBe(all.total.value);
  });
});

describe('expected value by the models', () => {
  const day = (days: number) =>
    new Date(Date.UTC(2023, 0, 1) + Math.floor(days) * 86_400_000).toISOString().slice(0, 10);
  let seed = 7;
  const random = () => {
    seed = (seed * 16_807) % 2_147_483_647;
    return seed / 2_147_483_647;
  };

  function simulated() {
    const made = simulatedCustomers(
      random,
      { r: 0.8, alpha: 50, a: 0.8, b: 3, p: 4, q: 4, v: 60 },
      { count: 200, days: 720 },
    );
    return Array.from(made.frequency, (frequency, row) => {
      const first = 728 - made.T[row]!;
      const orders = [tell.registered(row + 1, day(first)), sold(row + 1, row * 100, day(first), 8_000, 4_000)];
      for (let n = 1; n <= Math.min(frequency, 40); n++) {
        const at = first + (made.recency[row]! * n) / Math.min(frequency, 40);
        orders.push(
          sold(row + 1, row * 100 + n, day(at), Math.round(made.averageValue[row]! * 100 * (0.5 + random())), 50),
        );
      }
      return orders;
    }).flat();
  }

  it('is told once enough customers have ordered again, in a thread of its own, and says why not before', async () => {
    const { ask, record } = await givenEvents(...simulated());
    const at = { asOf: '2025-01-01' };
    const without = await ask(valueModel, {}, at);
    expect(without).toMatchObject({ model: 'npv', minimumRepeaters: 1_000, orders: { parameters: null }, spend: null });
    expect(without.because).toMatch(/^Only \d+ customers have ordered again; the value policy asks for at least 1000/);

    await record(policy({ minimumRepeaters: 50 }));
    const fitted = await ask(valueModel, {}, at);
    expect(fitted.spend?.degenerate ?? fitted.orders.degenerate).toBeUndefined();
    expect(fitted).toMatchObject({ model: 'bg/nbd', unitOfTime: 'week', until: '2024-12-31' });
    expect(fitted.orders.standardErrors?.r).toBeGreaterThan(0);
    const { items, total, model } = await ask(expectedOfAll, { limit: 10 }, at);
    expect(model).toBe('bg/nbd');
    expect(total).toMatchObject({ customers: 200, untold: 0 });
    const [best] = items;
    expect(best?.probabilityAlive).toBeGreaterThan(0);
    expect(best?.probabilityAlive).toBeLessThanOrEqual(1);
    const { customerValue } = await ask(worthOfOne, { customerId: best?.customerId as string }, at);
    expect(customerValue.expected).toMatchObject({
      model: 'bg/nbd',
      value: best?.value,
      expectedOrders: best?.expectedOrders,
      probabilityAlive: best?.probabilityAlive,
    });
  });

  it('knows who ordered for the first time on the day itself, as it knows nobody', async () => {
    const { ask } = await givenEvents(
      ...simulated(),
      policy({ minimumRepeaters: 50 }),
      tell.registered(900, '2025-01-01'),
      sold(900, 90_000, '2025-01-01', 5_000, 1_000),
    );
    const { customerValue } = await ask(worthOfOne, { customerId: uuid(900) }, { asOf: '2025-01-01' });
    expect(customerValue.expected).toMatchObject({ probabilityAlive: 1, contributionShare: 0.8 });
    expect(customerValue.expected.value).toBeGreaterThan(0);
  });

  it('is given up for the net present value where the orders determine no model, and says so', async () => {
    // Nobody has ordered again after more than one order: all leave alike.
    const events = Array.from({ length: 12 }, (_, n) => [
      tell.registered(n + 1, '2024-01-01'),
      sold(n + 1, n * 10, '2024-02-01', 5_000, 1_000),
      sold(n + 1, n * 10 + 1, '2024-03-01', 5_000, 1_000),
    ]).flat();
    const { ask } = await givenEvents(...events, policy({ minimumRepeaters: 5 }));
    const told = await ask(valueModel, {}, { asOf: '2024-12-31' });
    expect(told).toMatchObject({ model: 'npv', orders: { parameters: null, repeaters: 12 } });
    expect(told.because).toContain('likelihood');
    expect((await ask(expectedOfAll, {}, { asOf: '2024-12-31' })).model).toBe('npv');
  });
});
