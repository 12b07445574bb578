import { retention } from '../../../src/application/questions/retention.js';
import { closeAll, givenEvents, tell } from './asking.js';

afterEach(closeAll);

/** Four customers in 2024; in 2025 the first buys more, the second less, the third returns more than it buys. */
const company = [
  tell.thresholds('0.25', '0.5', '0.75', '2023-01-01'),
  ...[1, 2, 3, 4, 5].map((customer) => tell.registered(customer, '2023-12-01')),
  tell.assigned(1, 'r1', '2023-12-01'),
  tell.assigned(2, 'r1', '2023-12-01'),
  tell.assigned(3, 'r2', '2023-12-01'),
  tell.ordered(1, 101, '2024-02-10', 1_000, { country: 'NL' }),
  tell.ordered(2, 102, '2024-02-11', 2_000, { country: 'NL' }),
  tell.ordered(3, 103, '2024-02-12', 3_000, { country: 'BE' }),
  tell.ordered(4, 104, '2024-11-12', 4_000),
  tell.ordered(1, 111, '2025-02-10', 1_500),
  tell.ordered(1, 112, '2025-03-10', 500),
  tell.ordered(2, 113, '2025-05-10', 500, { country: 'BE' }),
  tell.ordered(3, 114, '2025-02-20', 100),
  tell.returned(3, 201, 103, '2025-03-20', 700),
  tell.ordered(5, 115, '2025-06-10', 9_000),
];

describe('retention', () => {
  it('of a year: who of last year’s buyers came back, and how much of their revenue', async () => {
    const { ask } = await givenEvents(...company);
    const { periods, currency } = await ask(retention, { period: 'year' }, { asOf: '2025-12-31' });
    expect(currency).toBe('EUR');
    expect(periods).toEqual([
      {
        from: '2024-01-01',
        to: '2025-01-01',
        baseFrom: '2023-01-01',
        baseTo: '2024-01-01',
        complete: true,
        baseCustomers: 0,
        retainedCustomers: 0,
        customers: 4,
        retentionRate: null,
        churn: null,
        baseRevenue: 0,
        revenue: 0,
        grossRevenueRetention: null,
        netRevenueRetention: null,
        repeatPurchaseRate: 0,
      },
      {
        from: '2025-01-01',
        to: '2026-01-01',
        baseFrom: '2024-01-01',
        baseTo: '2025-01-01',
        complete: true,
        baseCustomers: 4,
        retainedCustomers: 3,
        customers: 4,
        retentionRate: 0.75,
        churn: 0.25,
        baseRevenue: 10_000,
        // 2,000 + 500 - 600 + 0; gross: at most what it was, at least nothing.
        revenue: 1_900,
        grossRevenueRetention: 0.15,
        netRevenueRetention: 0.19,
        repeatPurchaseRate: 0.25,
      },
    ]);
  });

  it('of a quarter or month is against the same one a year earlier', async () => {
    const { ask } = await givenEvents(...company);
    const quarters = (await ask(retention, { period: 'quarter', from: '2025-01-01' }, { asOf: '2025-06-30' })).periods;
    expect(
      quarters.map(({ from, baseFrom, baseCustomers, retainedCustomers }) => [
        from,
        baseFrom,
        baseCustomers,
        retainedCustomers,
      ]),
    ).toEqual([
      ['2025-01-01', '2024-01-01', 3, 2],
      ['2025-04-01', '2024-04-01', 0, 0],
    ]);
    const months = (await ask(retention, { period: 'month', from: '2025-02-01', to: '2025-04-01' })).periods;
    expect(months.map(({ from, baseCustomers, retentionRate }) => [from, baseCustomers, retentionRate])).toEqual([
      ['2025-02-01', 3, 0.666667],
      ['2025-03-01', 0, null],
    ]);
  });

  it('shows periods without orders, and says that the one it is in is not complete', async () => {
    const { ask } = await givenEvents(tell.registered(1), tell.ordered(1, 101, '2025-01-15', 100));
    const { periods } = await ask(retention, { period: 'month' }, { asOf: '2025-03-15' });
    expect(periods.map(({ from, complete, customers }) => [from, complete, customers])).toEqual([
      ['2025-01-01', true, 1],
      ['2025-02-01', true, 0],
      ['2025-03-01', false, 0],
    ]);
    expect((await ask(retention, { period: 'month' }, { asOf: '2025-01-31' })).periods.at(-1)?.complete).toBe(true);
    expect((await ask(retention, { period: 'year' }, { asOf: '2025-01-14' })).periods).toEqual([]);
  });

  it('by segment, account manager or country as they were at the beginning of the period', async () => {
    const { ask } = await givenEvents(...company, tell.assigned(1, 'r2', '2025-01-02'));
    const groups = async (by: 'segment' | 'accountManager' | 'country') => {
      const { periods } = await ask(retention, { period: 'year', by, from: '2025-01-01' }, { asOf: '2025-12-31' });
      return periods[0]?.groups?.map(({ group, baseCustomers, retainedCustomers, customers }) => [
        group,
        baseCustomers,
        retainedCustomers,
        customers,
      ]);
    };
    expect(await groups('segment')).toEqual([
      ['A', 1, 0, 0],
      ['B', 1, 1, 1],
      ['C', 1, 1, 1],
      ['D', 1, 1, 1],
      [null, 0, 0, 1],
    ]);
    expect(await groups('accountManager')).toEqual([
      ['r1', 2, 2, 2],
      ['r2', 1, 1, 1],
      [null, 1, 0, 1],
    ]);
    expect(await groups('country')).toEqual([
      ['BE', 1, 1, 1],
      ['NL', 2, 2, 2],
      [null, 1, 0, 1],
    ]);
  });

  it('leaves out cancelled orders, counts merged customers once, and forgets what was not yet known', async () => {
    const { ask } = await givenEvents(
      ...company,
      tell.cancelled(1, 111, '2025-02-15'),
      tell.cancelled(1, 112, '2025-03-15'),
      tell.merged(2, [3], '2025-08-01'),
    );
    const figures = async (when: object) => {
      const [period] = (await ask(retention, { period: 'year', from: '2025-01-01' }, when)).periods;
      return [period?.baseCustomers, period?.retainedCustomers];
    };
    expect(await figures({ asOf: '2025-12-31', knownAt: '2025-07-31' })).toEqual([4, 2]);
    expect(await figures({ asOf: '2025-12-31' })).toEqual([3, 1]);
    expect(await figures({ asOf: '2025-02-14', knownAt: '2025-07-31' })).toEqual([4, 1]);
  });
});
