import { worthOfOne } from '../../../src/application/questions/customer-value.js';
import { potentialOfAll, potentialOfOne } from '../../../src/application/questions/potential.js';
import type { GivenEvent } from '../../support/read-side.js';
import { type Asking, closeAll, givenEvents, tell, uuid } from './asking.js';

afterAll(closeAll);

const line = (productGroup: string, net: number) => ({ sku: productGroup, productGroup, quantity: '1', net });
const sold = (customer: number, order: number, at: string, ...lines: object[]) =>
  tell.ordered(customer, order, at, 0, { lines });
const estimated = (
  customer: number,
  at: string,
  category: string,
  annualSpend: number,
  more: object = {},
): GivenEvent => tell.event(customer, 'WalletEstimated', at, { category, annualSpend, currency: 'EUR', ...more });

const asOf = '2026-06-30';

describe('share of wallet and potential', () => {
  let company: Asking;
  const ofOne = (customer: number, when: object = { asOf }) =>
    company.ask(potentialOfOne, { customerId: uuid(customer) }, when);

  beforeAll(async () => {
    company = await givenEvents(
      ...[1, 2, 3, 4].map((customer) => tell.registered(customer, '2024-01-01', { country: 'NL' })),
      tell.assigned(1, 'r1', '2024-01-01'),
      estimated(1, '2025-01-01', 'Pens', 80_000, { basis: 'a guess' }),
      estimated(1, '2026-02-01', ' pens ', 100_000, { basis: 'told by the buyer', competitors: ['Gifts & Co'] }),
      estimated(1, '2026-02-01', 'textiles', 50_000),
      estimated(1, '2026-02-02', 'catering', 10_000, { ourShare: '0.25', potential: 6_000 }),
      estimated(1, '2026-02-03', 'travel', 40_000),
      estimated(2, '2026-03-01', 'pens', 3_000),
      tell.rate('USD', 'EUR', '0.5', '2026-02-01'),
      estimated(3, '2026-01-31', 'pens', 9_000, { currency: 'USD' }),
      estimated(3, '2026-02-01', 'textiles', 9_000, { currency: 'USD' }),
      // The twelve months to 30 June 2026 begin on 1 July 2025.
      sold(1, 10, '2025-06-30', line('pens', 7_777)),
      sold(1, 11, '2025-07-01', line('pens', 20_000), line('textiles', 4_000), line('cups', 900)),
      sold(1, 12, '2026-06-30', line('pens', 15_000)),
      sold(1, 13, '2026-05-01', line('pens', 1_000)),
      tell.cancelled(1, 13, '2026-05-02'),
      tell.returned(1, 20, 12, '2026-06-30', 0, { lines: [line('pens', 5_000)] }),
      sold(2, 21, '2026-05-01', line('pens', 4_000)),
      sold(4, 22, '2026-05-01', line('pens', 4_000)),
    );
  });

  it('is what is spent in the category less our net revenue of twelve months, by the latest estimate', async () => {
    const { categories } = await ofOne(1);
    expect(categories).toMatchObject([
      {
        category: ' pens ',
        estimatedOn: '2026-02-01',
        basis: 'told by the buyer',
        competitors: ['Gifts & Co'],
        spend: 100_000,
        ownRevenue: 20_000 + 15_000 - 5_000,
        ownRevenueFrom: 'orders',
        shareOfWallet: 0.3,
        potential: 70_000,
      },
      { category: 'textiles', ownRevenue: 4_000, shareOfWallet: 0.08, potential: 46_000 },
      // We have no product group of this name: the share that was told counts.
      { category: 'catering', ownRevenue: 2_500, ownRevenueFrom: 'estimate', potential: 7_500, toldPotential: 6_000 },
      // And here nobody told one.
      { category: 'travel', ownRevenue: null, ownRevenueFrom: null, shareOfWallet: null, potential: null },
    ]);
  });

  it('adds up over the categories where both are known', async () => {
    expect((await ofOne(1)).potential).toEqual({
      categories: 4,
      untold: 1,
      spend: 160_000,
      ownRevenue: 36_500,
      shareOfWallet: 0.228125,
      potential: 123_500,
    });
  });

  it('is undefined without an estimate, and never nothing', async () => {
    expect((await ofOne(4)).potential).toEqual({
      categories: 0,
      untold: 0,
      spend: null,
      ownRevenue: null,
      shareOfWallet: null,
      potential: null,
    });
  });

  it('goes below nothing where we sell more than was estimated', async () => {
    expect((await ofOne(2)).potential).toMatchObject({ shareOfWallet: 1.333333, potential: -1_000 });
  });

  it('follows the estimate of that date, as known then', async () => {
    const then = await ofOne(1, { asOf: '2025-08-01' });
    expect(then.categories).toMatchObject([{ spend: 80_000, ownRevenue: 27_777, basis: 'a guess' }]);
    expect((await ofOne(1, { asOf, knownAt: '2025-12-31' })).categories).toMatchObject([{ spend: 80_000 }]);
  });

  it('converts an estimate by the rate of its day, and names what has none', async () => {
    const { data, unconverted } = await company.answer(potentialOfOne, { customerId: uuid(3) }, { asOf });
    expect(data.potential).toMatchObject({ categories: 2, untold: 1, spend: 4_500, ownRevenue: 0, potential: 4_500 });
    expect(unconverted).toEqual([{ currency: 'USD', amount: 9_000 }]);
  });

  it('is explained by events that add up to it', async () => {
    const asked = { customerId: uuid(1), explain: true };
    const { potential, events: first } = await company.ask(potentialOfOne, { ...asked, limit: 4 }, { asOf });
    const { events: rest } = await company.ask(potentialOfOne, { ...asked, cursor: first!.nextCursor }, { asOf });
    const events = [...first!.items, ...rest!.items];
    for (const figure of ['spend', 'ownRevenue', 'potential'] as const) {
      expect([figure, events.reduce((sum, { adds }) => sum + adds[figure], 0)]).toEqual([figure, potential[figure]]);
    }
    expect(events.map(({ type }) => type)).toEqual([
      ...Array(3).fill('WalletEstimated'),
      ...Array(2).fill('OrderPlaced'),
      'OrderLineReturned',
    ]);
  });

  it('stands beside the value of a customer and is not in it', async () => {
    const { customerValue, potential } = await company.ask(worthOfOne, { customerId: uuid(1) }, { asOf });
    expect(potential.potential).toBe(123_500);
    expect(customerValue.realised).toBe(0);
  });

  it('is listed by potential or share, in pages, and narrowed down', async () => {
    const page = async (params: object) => {
      const { items, nextCursor } = await company.ask(potentialOfAll, params, { asOf });
      return {
        cursor: nextCursor,
        found: items.map((item) => [Number(item.customerId.slice(-2)), item.category.trim()]),
      };
    };
    const first = await page({ limit: 4 });
    expect(first.found).toEqual([
      [1, 'pens'],
      [1, 'textiles'],
      [1, 'catering'],
      [3, 'textiles'],
    ]);
    const second = await page({ limit: 4, cursor: first.cursor });
    expect(second).toEqual({
      cursor: undefined,
      found: [
        [2, 'pens'],
        [1, 'travel'],
        [3, 'pens'],
      ],
    });
    expect((await page({ sort: '-share', limit: 2 })).found).toEqual([
      [2, 'pens'],
      [1, 'pens'],
    ]);
    expect((await page({ accountManager: 'r1' })).found).toHaveLength(4);
    expect((await page({ segment: 'A' })).found).toHaveLength(4);
    expect((await page({ country: 'BE' })).found).toEqual([]);
    await expect(page({ sort: 'luck' })).rejects.toMatchObject({ errors: [{ path: 'sort' }] });
    const { total } = await company.ask(potentialOfAll, {}, { asOf });
    expect(total).toEqual({
      customers: 3,
      categories: 7,
      untold: 2,
      spend: 167_500,
      ownRevenue: 40_500,
      shareOfWallet: 0.241791,
      potential: 127_000,
    });
  });

  it('counts for the customer that took the other one over', async () => {
    await company.record(tell.takenOver(2, 4, '2026-06-01'));
    expect((await ofOne(4)).potential).toMatchObject({ spend: 3_000, ownRevenue: 8_000, potential: -5_000 });
    expect((await ofOne(4, { asOf: '2026-05-31' })).potential.spend).toBeNull();
  });
});
