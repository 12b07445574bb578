import { lookAlikes, lookAlikesOfOne } from '../../../src/application/questions/look-alikes.js';
import { type Asking, closeAll, givenEvents, tell, uuid } from './asking.js';

afterAll(closeAll);

const asOf = '2026-06-30';
const line = (productGroup: string, net: number) => ({ sku: productGroup, productGroup, quantity: '1', net });
const sold = (customer: number, order: number, ...lines: object[]) =>
  tell.ordered(customer, order, '2026-03-01', 0, { lines });

describe('look-alikes', () => {
  let company: Asking;
  const found = ({ items }: { items: readonly { customerId: string; likeness: number }[] }) =>
    items.map(({ customerId, likeness }) => [Number(customerId.slice(-2)), likeness]);

  beforeAll(async () => {
    company = await givenEvents(
      tell.registered(1, '2024-01-01', { industry: 'Printing', country: 'NL', postcode: '3511 LX' }),
      tell.registered(2, '2024-01-01', { industry: 'printing ', country: 'NL', postcode: '3599 AA' }),
      tell.registered(3, '2024-01-01', { industry: 'bakery', country: 'BE', postcode: '3500' }),
      tell.registered(4, '2024-01-01', {
        industry: 'printing',
        country: 'NL',
        lifecycle: 'prospect',
        broughtInBy: { kind: 'partner', name: 'A partner' },
      }),
      tell.registered(5, '2024-01-01', { country: 'NL', lifecycle: 'prospect' }),
      tell.registered(6, '2024-01-01', { industry: 'printing', country: 'NL', postcode: '3511 AB' }),
      tell.event(6, 'CustomerEnded', '2026-01-01', { initiator: 'them' }),
      tell.assigned(2, 'r1', '2024-01-01'),
      // The best one: two orders of 6,000, three quarters of it pens.
      sold(1, 10, line('pens', 6_000)),
      sold(1, 11, line('pens', 3_000), line('cups', 3_000)),
      // One order, half of it pens.
      sold(2, 20, line('pens', 1_000), line('cups', 500), line('bags', 500)),
      sold(3, 30, line('bags', 2_000)),
    );
  });

  it('are alike in what is known of both, feature by feature, and say what is not known', async () => {
    const { items, compared } = await company.ask(lookAlikes, { of: 'A' }, { asOf });
    expect(compared).toBe(3);
    expect(items[0]).toEqual({
      customerId: uuid(2),
      name: 'Klant 2',
      segment: 'D',
      accountManager: 'r1',
      // 1 + 1 + 1 + 1 + 0.75 + 0 + 0 of seven: order rhythm and size are as far away as any.
      likeness: 0.678571,
      reasons: [
        { feature: 'industry', likeness: 1, value: 'printing' },
        { feature: 'country', likeness: 1, value: 'NL' },
        { feature: 'region', likeness: 1, value: 'NL 35' },
        { feature: 'referred', likeness: 1, value: false },
        { feature: 'productMix', likeness: 0.75, value: ['pens', 'cups'] },
        { feature: 'orderRhythm', likeness: 0, value: 1 },
        { feature: 'orderSize', likeness: 0, value: 2_000 },
      ],
      unknown: [],
    });
    expect(found({ items })).toEqual([
      [2, 0.678571],
      // A prospect: industry, country, and that it was brought in, which the best one was not.
      [4, 0.666667],
      [3, 0.142857],
    ]);
    expect(items[1]).toMatchObject({
      segment: 'prospect',
      unknown: ['region', 'productMix', 'orderRhythm', 'orderSize'],
    });
  });

  it('leave out whom too little is known of, and relationships that ended', async () => {
    const { items } = await company.ask(lookAlikes, { minimumFeatures: 2 }, { asOf });
    expect(found({ items })[0]).toEqual([5, 1]);
    expect((await company.ask(lookAlikes, { minimumFeatures: 2 }, { asOf: '2025-12-31' })).items).toEqual([]);
    expect(found(await company.ask(lookAlikesOfOne, { customerId: uuid(2) }, { asOf: '2025-12-31' }))).toContainEqual([
      6, 1,
    ]);
    await expect(company.ask(lookAlikes, { minimumFeatures: 8 })).rejects.toMatchObject({
      errors: [{ path: 'minimumFeatures' }],
    });
  });

  it('are looked for among customers or prospects, in pages', async () => {
    const of = async (params: object) => found(await company.ask(lookAlikes, params, { asOf })).map(([id]) => id);
    expect(await of({ among: 'prospects' })).toEqual([4]);
    expect(await of({ among: 'customers' })).toEqual([2, 3]);
    const { items, nextCursor } = await company.ask(lookAlikes, { limit: 2 }, { asOf });
    expect(items).toHaveLength(2);
    expect(await of({ limit: 2, cursor: nextCursor })).toEqual([3]);
  });

  it('are compared with what several have on the whole', async () => {
    const { typical, items } = await company.ask(lookAlikes, { of: 'D', among: 'customers' }, { asOf });
    expect(typical).toMatchObject({
      customers: 2,
      country: { value: 'BE', share: 0.5 },
      productMix: [
        { productGroup: 'bags', share: 0.625 },
        { productGroup: 'pens', share: 0.25 },
        { productGroup: 'cups', share: 0.125 },
      ],
    });
    // Half of them in each word, neither brought in, 0.375 of the mix, as far away in number and size as any.
    expect(found({ items })).toEqual([[1, 0.410714]]);
  });

  it('tell what is typical of the best ones', async () => {
    const { typical } = await company.ask(lookAlikes, {}, { asOf });
    expect(typical).toEqual({
      customers: 1,
      industry: { value: 'printing', share: 1 },
      country: { value: 'NL', share: 1 },
      region: { value: 'NL 35', share: 1 },
      orders: 2,
      averageOrder: 6_000,
      referredShare: 0,
      productMix: [
        { productGroup: 'pens', share: 0.75 },
        { productGroup: 'cups', share: 0.25 },
      ],
    });
  });

  it('are there of one customer as well, and of none without any', async () => {
    const { customerId, items } = await company.ask(lookAlikesOfOne, { customerId: uuid(3) }, { asOf });
    expect(customerId).toBe(uuid(3));
    // Order rhythm and size are the same, a quarter of the mix, neither was brought in.
    expect(items[0]).toMatchObject({ customerId: uuid(2), likeness: 0.464286 });
    const { compared, typical } = await company.ask(lookAlikes, { of: 'B' }, { asOf: '2025-01-01' });
    expect({ compared, customers: typical.customers }).toEqual({ compared: 0, customers: 0 });
  });

  it('follow customers that were one all along', async () => {
    await company.record(tell.merged(3, [1], '2026-06-01'));
    const { typical, items } = await company.ask(lookAlikes, {}, { asOf });
    expect(typical).toMatchObject({ customers: 1, industry: { value: 'bakery' }, orders: 3 });
    expect(found({ items }).map(([id]) => id)).not.toContain(1);
  });
});
