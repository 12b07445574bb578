import {
  contributionByGroup,
  contributionOfAll,
  contributionOfOne,
} from '../../../src/application/questions/contribution.js';
import { valueHistoryOfAll, valueHistoryOfOne } from '../../../src/application/questions/value-history.js';
import { closeAll, givenEvents, tell, uuid } from './asking.js';
import { costs } from './costs.js';

afterEach(closeAll);

const line = { sku: 'pen', productGroup: 'pens', quantity: '2', listPrice: '60', net: 10_000, cost: 6_000 };
const cup = { sku: 'cup', productGroup: 'cups', quantity: '1', net: 5_000 };

const company = [
  tell.registered(1, '2024-01-01', { country: 'NL' }),
  tell.registered(2, '2024-01-01', { country: 'BE' }),
  tell.registered(3, '2024-01-01', { lifecycle: 'prospect' }),
  tell.assigned(1, 'r1', '2024-01-01'),
  costs.rate('visiting', '50', 'visit', '2025-01-01'),
  costs.rate('driving', '40', 'hour', '2025-01-01'),
  costs.rate('calling', '5', 'call', '2025-01-01'),
  costs.rate('picking', '0.333', 'line', '2025-01-01'),
  costs.rate('billing', '2', 'order', '2025-01-01'),
  costs.rate('support', '30', 'unit', '2025-01-01'),
  tell.ordered(1, 10, '2025-01-10', 0, { lines: [line, cup] }),
  tell.ordered(1, 11, '2025-03-10', 0, { lines: [{ ...line, net: 1_000, cost: 400, listPrice: undefined }] }),
  tell.returned(1, 20, 11, '2025-04-01', 500, {
    lines: [{ sku: 'pen', productGroup: 'pens', quantity: '1', net: 500, cost: 200 }],
  }),
  costs.visit(1, '2025-02-01', 20),
  costs.visit(1, '2025-02-02'),
  costs.call(1, '2025-02-03'),
  costs.done(1, 'support', '1.5', '2025-02-04'),
  costs.done(1, 'gift wrapping', '3', '2025-02-04'),
  costs.direct(1, 2_500, '2025-02-05'),
  tell.ordered(2, 13, '2025-02-10', 7_000),
  costs.visit(3, '2025-05-01', 60),
];

describe('the contribution of one customer', () => {
  it('is net revenue less cost of goods, activities at their rates and direct costs', async () => {
    const { ask } = await givenEvents(...company);
    const { contribution, activities } = await ask(contributionOfOne, { customerId: uuid(1) });
    // Activities: 2 visits 10,000; 20 minutes 1,333; a call 500; lines 67 + 33; orders 400; 1.5 support 4,500.
    expect(contribution).toEqual({
      netRevenue: 15_500,
      returns: 500,
      orders: 2,
      discountGiven: 2_000,
      revenueWithoutCost: 5_000,
      costOfGoods: 6_200,
      grossMargin: 4_300,
      activityCosts: 16_833,
      directCosts: 2_500,
      contribution: 4_300 - 16_833 - 2_500,
      marginKnownShare: 0.677419,
    });
    expect(activities).toEqual([
      { activity: 'visiting', quantity: 2, cost: 10_000, quantityWithoutRate: 0 },
      { activity: 'support', quantity: 1.5, cost: 4_500, quantityWithoutRate: 0 },
      { activity: 'driving', quantity: 0.333, cost: 1_333, quantityWithoutRate: 0 },
      { activity: 'calling', quantity: 1, cost: 500, quantityWithoutRate: 0 },
      { activity: 'billing', quantity: 2, cost: 400, quantityWithoutRate: 0 },
      { activity: 'picking', quantity: 3, cost: 100, quantityWithoutRate: 0 },
      { activity: 'gift wrapping', quantity: 3, cost: 0, quantityWithoutRate: 3 },
    ]);
  });

  it('covers only the days asked for, direct costs by the day they were incurred on', async () => {
    const { ask } = await givenEvents(...company, costs.direct(1, 70, '2025-03-05', '2025-02-28'));
    const { contribution } = await ask(contributionOfOne, {
      customerId: uuid(1),
      from: '2025-02-05',
      to: '2025-03-01',
    });
    expect(contribution).toMatchObject({ netRevenue: 0, activityCosts: 0, directCosts: 2_570, contribution: -2_570 });
  });

  it('takes the rate of the day on which it was done, and none after its end', async () => {
    const { ask } = await givenEvents(
      tell.registered(1),
      costs.rate('visiting', '50', 'visit', '2025-01-01'),
      costs.rate('visiting', '60', 'visit', '2025-03-01', { validTo: '2025-05-01' }),
      costs.rate('driving', '40', 'hour', '2025-04-01'),
      costs.visit(1, '2024-12-31'),
      costs.visit(1, '2025-02-28'),
      costs.visit(1, '2025-03-01', 30),
      costs.visit(1, '2025-04-30', 30),
      costs.visit(1, '2025-05-01', 15),
    );
    const { contribution } = await ask(contributionOfOne, { customerId: uuid(1) });
    expect(contribution.activityCosts).toBe(5_000 + 6_000 + 6_000 + 2_000 + 1_000);
    // Added up in another way for many at once.
    for (const [from, to] of [
      ['2024-01-01', '2026-01-01'],
      ['2025-02-28', '2025-05-01'],
      ['2025-03-15', '2025-05-02'],
    ]) {
      const { total } = await ask(contributionOfAll, { from, to });
      const one = await ask(contributionOfOne, { customerId: uuid(1), from, to });
      expect(total).toEqual(one.contribution);
    }
  });

  it('takes the rates as they were known then', async () => {
    const given = await givenEvents(tell.registered(1), costs.rate('visiting', '50', 'visit', '2025-01-01'));
    await given.record(
      costs.visit(1, '2025-02-01'),
      costs.rate('visiting', '70', 'visit', '2025-01-01', {}, { recordedAt: '2025-06-01' }),
    );
    const at = (knownAt: string) => given.ask(contributionOfOne, { customerId: uuid(1) }, { knownAt });
    expect((await at('2025-05-01')).contribution.activityCosts).toBe(5_000);
    expect((await at('2025-06-02')).contribution.activityCosts).toBe(7_000);
  });

  it('still costs the handling of an order that was cancelled', async () => {
    const { ask } = await givenEvents(
      tell.registered(1),
      costs.rate('billing', '2', 'order', '2025-01-01'),
      tell.ordered(1, 10, '2025-01-10', 5_000),
      tell.cancelled(1, 10, '2025-01-12'),
    );
    const { contribution } = await ask(contributionOfOne, { customerId: uuid(1) });
    expect(contribution).toMatchObject({ netRevenue: 0, orders: 0, activityCosts: 200, contribution: -200 });
    expect(contribution.marginKnownShare).toBeNull();
  });

  it('converts costs in another currency, and names those without an exchange rate', async () => {
    const { answer } = await givenEvents(
      tell.registered(1),
      tell.rate('USD', 'EUR', '0.5', '2025-02-01'),
      costs.rate('visiting', '50', 'visit', '2025-01-01', { currency: 'USD' }),
      costs.visit(1, '2025-01-15'),
      costs.visit(1, '2025-02-15'),
      costs.direct(1, 300, '2025-01-20', '2025-01-20', 'USD'),
      costs.direct(1, 400, '2025-02-20', '2025-02-20', 'USD'),
    );
    const { data, unconverted } = await answer(contributionOfOne, { customerId: uuid(1) });
    expect(data.contribution).toMatchObject({ activityCosts: 2_500, directCosts: 200 });
    expect(unconverted).toEqual([{ currency: 'USD', amount: -5_300 }]);
  });

  it('is explained by events that add up to it', async () => {
    const { ask } = await givenEvents(...company);
    const first = await ask(contributionOfOne, { customerId: uuid(1), explain: true, limit: 4 });
    const { nextCursor: cursor } = first.events!;
    const second = await ask(contributionOfOne, { customerId: uuid(1), explain: true, cursor });
    const events = [...first.events!.items, ...second.events!.items];
    expect(events).toHaveLength(9);
    for (const figure of ['netRevenue', 'returns', 'discountGiven', 'activityCosts', 'contribution'] as const) {
      expect(events.reduce((sum, { adds }) => sum + adds[figure], 0)).toBe(first.contribution[figure]);
    }
    expect(events[3]).toMatchObject({
      type: 'VisitLogged',
      adds: { activityCosts: 6_333 },
      activities: [
        { activity: 'driving', per: 'hour', quantity: 0.333, cost: 1_333 },
        { activity: 'visiting', per: 'visit', quantity: 1, rate: 50, cost: 5_000 },
      ],
    });
  });

  it('counts for the customer that took the other one over', async () => {
    const { ask } = await givenEvents(...company, tell.merged(2, [1], '2025-09-01'));
    const { customerId, contribution } = await ask(contributionOfOne, { customerId: uuid(1) });
    expect(customerId).toBe(uuid(2));
    expect(contribution).toMatchObject({ netRevenue: 22_500, activityCosts: 17_066 });
  });
});

describe('the contribution of all customers', () => {
  it('is sorted, paged and totalled, prospects that only cost included', async () => {
    const { ask } = await givenEvents(...company);
    const first = await ask(contributionOfAll, { limit: 2 }, { asOf: '2025-12-01' });
    expect(first.items.map(({ customerId, contribution, segment }) => [customerId, contribution, segment])).toEqual([
      [uuid(2), -233, 'D'],
      [uuid(3), -9_000, 'prospect'],
    ]);
    const { items, nextCursor } = await ask(
      contributionOfAll,
      { limit: 2, cursor: first.nextCursor },
      { asOf: '2025-12-01' },
    );
    expect(items).toMatchObject([
      {
        customerId: uuid(1),
        name: 'Klant 1',
        country: 'NL',
        accountManager: 'r1',
        segment: 'A',
        contribution: -15_033,
        activities: [{ activity: 'visiting', cost: 10_000 }, { activity: 'support' }, {}, {}, {}, {}, {}],
      },
    ]);
    expect(nextCursor).toBeUndefined();
    expect(first.customers).toBe(3);
    expect(first.total.contribution).toBe(-233 - 9_000 - 15_033);
  });

  it('is narrowed down and sorted the other way', async () => {
    const { ask } = await givenEvents(...company);
    const of = async (params: object) =>
      (await ask(contributionOfAll, params, { asOf: '2025-12-01' })).items.map(({ customerId }) => customerId);
    expect(await of({ segment: 'prospect' })).toEqual([uuid(3)]);
    expect(await of({ country: 'BE' })).toEqual([uuid(2)]);
    expect(await of({ accountManager: 'r1' })).toEqual([uuid(1)]);
    expect(await of({ sort: 'contribution' })).toEqual([uuid(1), uuid(3), uuid(2)]);
    await expect(of({ sort: 'beauty' })).rejects.toMatchObject({ errors: [{ path: 'sort' }] });
  });

  it.each(['segment', 'accountManager', 'country', 'productGroup'] as const)('adds up by %s', async (by) => {
    const { ask } = await givenEvents(
      ...company,
      tell.rate('USD', 'EUR', '0.333333', '2025-01-01'),
      tell.ordered(2, 14, '2025-06-01', 0, {
        currency: 'USD',
        lines: [
          { ...line, net: 100, cost: 50 },
          { ...cup, net: 100 },
          { ...cup, productGroup: undefined, net: 100 },
        ],
      }),
    );
    const { total } = await ask(contributionOfAll, {});
    const { groups } = await ask(contributionByGroup, { by });
    expect(groups.length).toBeGreaterThan(1);
    for (const figure of ['netRevenue', 'returns', 'costOfGoods', 'activityCosts', 'contribution'] as const) {
      expect([figure, groups.reduce((sum, { contribution }) => sum + contribution[figure], 0)]).toEqual([
        figure,
        total[figure],
      ]);
    }
  });

  it("divides a customer's costs over product groups by its order lines", async () => {
    const { ask } = await givenEvents(...company);
    const { groups } = await ask(contributionByGroup, { by: 'productGroup' });
    expect(
      groups.map(({ group, contribution }) => [group, contribution.netRevenue, contribution.activityCosts]),
    ).toEqual([
      // Of the 16,833 that customer 1 costs, two of three lines.
      ['cups', 5_000, 5_611],
      ['pens', 10_500, 11_222],
      [null, 7_000, 233 + 9_000],
    ]);
    const { groups: narrowed } = await ask(contributionByGroup, { by: 'productGroup', country: 'BE' });
    expect(narrowed.map(({ group, customers }) => [group, customers])).toEqual([[null, 1]]);
  });
});

describe('the contribution month by month', () => {
  it('stands at the end of each month where the account stood then', async () => {
    const { ask } = await givenEvents(
      ...company,
      tell.takenOver(3, 1, '2025-05-15'),
      costs.direct(1, 40, '2025-05-20'),
    );
    const params = { from: '2025-02-01', to: '2025-07-01' };
    const { steps } = await ask(valueHistoryOfOne, { customerId: uuid(1), ...params });
    expect(steps.map(({ contribution }) => contribution.period.directCosts)).toEqual([2_500, 0, 0, 40, 0]);
    const all = await ask(valueHistoryOfAll, params);
    for (const [index, { to, contribution }] of steps.entries()) {
      const asOf = new Date(Date.parse(`${to}T00:00:00Z`) - 86_400_000).toISOString().slice(0, 10);
      const account = await ask(contributionOfOne, { customerId: uuid(1) }, { asOf });
      expect({ to, ...account.contribution }).toMatchObject({ to, ...contribution.cumulative });
      const { total } = await ask(contributionOfAll, {}, { asOf });
      expect({ to, ...total }).toMatchObject({ to, ...all.steps[index]?.contribution.cumulative });
    }
  });
});
