import { averageValue } from '../../../src/application/questions/average-value.js';
import { contracts } from '../../../src/application/questions/contracts.js';
import { closeAll, givenEvents, tell, uuid } from './asking.js';

afterEach(closeAll);

const signed = (customer: number, id: number, more: object, at = '2024-01-01') =>
  tell.event(customer, 'ContractSigned', at, {
    contractId: uuid(id),
    service: 'stock keeping',
    validFrom: at,
    value: 10_000,
    currency: 'EUR',
    per: 'month',
    ...more,
  });

describe('average revenue per customer', () => {
  const orders = [
    tell.registered(1),
    tell.registered(2),
    tell.ordered(1, 10, '2024-03-01', 10_000),
    tell.ordered(1, 11, '2025-03-01', 6_000),
    tell.returned(1, 90, 11, '2025-04-01', 1_000),
    tell.ordered(2, 20, '2025-05-01', 4_000, {
      lines: [
        { sku: 'cup', productGroup: 'cups', quantity: '1', net: 3_000 },
        { sku: 'pen', quantity: '1', net: 1_000 },
      ],
    }),
    tell.ordered(2, 21, '2025-06-01', 9_999),
    tell.cancelled(2, 21, '2025-06-02'),
  ];

  it('is net revenue by customers who bought, split into those who had bought before and new ones', async () => {
    const { ask } = await givenEvents(...orders);
    const { periods } = await ask(averageValue, {});
    expect(periods).toEqual([
      {
        from: '2024-01-01',
        customers: 1,
        revenue: 10_000,
        average: 10_000,
        recurringCustomers: 0,
        recurringRevenue: 0,
        newCustomers: 1,
        newRevenue: 10_000,
      },
      {
        from: '2025-01-01',
        customers: 2,
        revenue: 9_000,
        average: 4_500,
        recurringCustomers: 1,
        recurringRevenue: 5_000,
        newCustomers: 1,
        newRevenue: 4_000,
      },
    ]);
  });

  it('is undefined where nobody bought', async () => {
    const { ask } = await givenEvents(...orders);
    const { periods } = await ask(averageValue, { step: 'month', from: '2025-04-01', to: '2025-05-01' });
    expect(periods).toMatchObject([{ customers: 0, revenue: -1_000, average: null, recurringRevenue: -1_000 }]);
  });

  it('is told by segment and by product group, whose revenue adds up', async () => {
    const { ask } = await givenEvents(...orders);
    const byProduct = await ask(averageValue, { by: 'productGroup', from: '2025-01-01' });
    expect(byProduct.periods[0]?.groups).toMatchObject([
      { group: 'cups', customers: 1, revenue: 3_000, newRevenue: 3_000 },
      { group: null, customers: 2, revenue: 6_000, recurringRevenue: 5_000 },
    ]);
    const bySegment = await ask(averageValue, { by: 'segment' }, { asOf: '2025-12-31' });
    for (const { groups, revenue } of bySegment.periods) {
      expect(groups?.reduce((sum, group) => sum + group.revenue, 0)).toBe(revenue);
    }
  });
});

describe('contracts', () => {
  it('in force are listed with what they bring a year, those that end soonest first', async () => {
    const { ask } = await givenEvents(
      tell.registered(1),
      signed(1, 1, {}),
      signed(1, 2, { per: 'quarter', validTo: '2026-02-01', noticeDays: 30 }),
      signed(1, 3, { per: 'year', validTo: '2025-12-31' }),
      signed(1, 4, { per: 'term', value: 20_000, validFrom: '2025-07-01', validTo: '2026-07-01' }),
      signed(1, 5, { validFrom: '2026-06-01' }),
      tell.event(1, 'AgreementEnded', '2025-06-01', { agreementId: uuid(1), endsOn: '2026-01-10' }),
    );
    const answer = await ask(contracts, {}, { asOf: '2025-12-31' });
    expect(answer).toMatchObject({ contracts: 3, customers: 1, yearly: 120_000 + 40_000 + 20_014 });
    expect(
      answer.items.map(({ contractId, endsOn, endsInDays, noticeBy }) => [contractId, endsOn, endsInDays, noticeBy]),
    ).toEqual([
      [uuid(1), '2026-01-10', 10, '2026-01-09'],
      [uuid(2), '2026-02-01', 32, '2026-01-01'],
      [uuid(4), '2026-07-01', 182, '2026-06-30'],
    ]);
    const soon = await ask(contracts, { endingWithin: 10 }, { asOf: '2025-12-31' });
    expect(soon.items.map(({ contractId }) => contractId)).toEqual([uuid(1)]);
    const first = await ask(contracts, { limit: 1 }, { asOf: '2025-12-31' });
    const rest = await ask(contracts, { limit: 5, cursor: first.nextCursor as string }, { asOf: '2025-12-31' });
    expect([...first.items, ...rest.items]).toEqual(answer.items);
    // Before the end was agreed it had none.
    const before = await ask(contracts, {}, { asOf: '2025-05-01' });
    expect(before.items.find(({ contractId }) => contractId === uuid(1))?.endsOn).toBeNull();
  });

  it('bring a recurring revenue that the average is told with', async () => {
    const { ask } = await givenEvents(tell.registered(1), signed(1, 1, {}), signed(1, 2, { currency: 'USD' }));
    expect((await ask(averageValue, {})).contracts).toEqual({ contracts: 2, customers: 1, yearly: 120_000 });
  });
});
