import { suggestions } from '../../../src/application/questions/suggestions.js';
import { type Asking, closeAll, givenEvents, tell, uuid } from './asking.js';

afterAll(closeAll);

const asOf = '2026-06-30';
let order = 100;
const bought = (customer: number, at: string, nets: Record<string, number>) =>
  tell.ordered(customer, ++order, at, 0, {
    lines: Object.entries(nets).map(([productGroup, net]) => ({
      sku: `${productGroup}-1`,
      productGroup,
      quantity: '1',
      net,
    })),
  });

/** Ten buyers: of the six that buy pens four buy cups too, of the other four one does; bags go with nothing. */
const company = [
  ...Array.from({ length: 12 }, (_, index) => tell.registered(index + 1)),
  bought(1, '2026-03-01', { pens: 10_000 }),
  bought(2, '2026-03-01', { pens: 10_000, cups: 1_000 }),
  bought(3, '2026-03-01', { pens: 10_000, cups: 3_000 }),
  bought(4, '2026-03-01', { pens: 10_000, cups: 5_000, bags: 100 }),
  bought(5, '2026-03-01', { pens: 10_000, cups: 7_000, bags: 100 }),
  bought(6, '2026-03-01', { pens: 10_000, bags: 100 }),
  bought(7, '2026-03-01', { caps: 500, cups: 2_000, bags: 100 }),
  bought(8, '2026-03-01', { caps: 500, bags: 100 }),
  bought(9, '2026-03-01', { caps: 500 }),
  bought(10, '2026-03-01', { caps: 500 }),
  // Neither what came back whole nor what was bought more than a year ago is what somebody buys.
  bought(8, '2026-03-02', { pens: 1_000 }),
  tell.returned(8, 50, undefined, '2026-03-03', 0, {
    lines: [{ sku: 'pens-1', productGroup: 'pens', quantity: '1', net: 1_000 }],
  }),
  bought(11, '2025-06-30', { pens: 1_000, cups: 1_000 }),
];
const few = { minimumBuyers: 10, minimumTogether: 2 };

describe('what similar customers buy', () => {
  let given: Asking;
  const suggested = (customer: number, params: object = few, when: object = { asOf }) =>
    given.ask(suggestions, { customerId: uuid(customer), ...params }, when);

  beforeAll(async () => {
    given = await givenEvents(...company);
  });

  it('is suggested by a rule with its support, confidence and lift', async () => {
    const { buyers, why, items } = await suggested(1);
    expect({ buyers, why }).toEqual({ buyers: 10, why: null });
    expect(items).toEqual([
      {
        item: 'cups',
        // Half of those who buy both spend at least 0.4 on cups for each 1 on pens.
        worth: Math.round((4_000 * 4) / 6),
        similarBuy: {
          because: 'pens',
          together: 4,
          similar: 6,
          support: 0.4,
          confidence: 0.666667,
          lift: 1.333333,
          yearly: 4_000,
        },
        stopped: null,
        offered: null,
      },
    ]);
  });

  it('is not suggested where it goes no better with what the customer buys than with anything', async () => {
    // Three of six pen buyers have bags, as five of ten buyers have: a lift of exactly 1.
    expect((await suggested(1)).items.map(({ item }) => item)).not.toContain('bags');
  });

  it('needs enough customers, and says so when there are too few', async () => {
    const { items, why } = await suggested(1, {});
    expect(items).toEqual([]);
    expect(why).toBe('Too few customers bought anything in the twelve months: 10, and 30 are needed.');
    expect((await suggested(1, { minimumBuyers: 10 })).items).toEqual([]);
    expect((await suggested(1, { minimumBuyers: 10, minimumTogether: 4 })).items).toHaveLength(1);
    expect((await suggested(12)).why).toMatch(/Too few|bought nothing/);
    expect((await suggested(12, few)).why).toBe(
      'The customer bought nothing in the twelve months by which others could be like it.',
    );
    await expect(suggested(1, { minimumBuyers: 0 })).rejects.toMatchObject({ errors: [{ path: 'minimumBuyers' }] });
  });

  it('is told of articles as well', async () => {
    const { level, items } = await suggested(1, { ...few, level: 'sku' });
    expect({ level, found: items.map(({ item, similarBuy }) => [item, similarBuy?.because]) }).toEqual({
      level: 'sku',
      found: [['cups-1', 'pens-1']],
    });
  });

  it('shows what was offered already, and how that ended', async () => {
    const offer = { kind: 'cross', product: 'Cups', productGroup: 'Cups' };
    await given.record(
      tell.event(1, 'OfferMade', '2026-04-01', { offerId: uuid(70), ...offer }),
      tell.event(1, 'OfferMade', '2026-05-01', { offerId: uuid(71), ...offer }),
      tell.event(1, 'OfferAnswered', '2026-05-10', { offerId: uuid(71), accepted: false }),
    );
    const of = async (day: string) => (await suggested(1, few, { asOf: day })).items[0]?.offered;
    expect(await of('2026-03-31')).toBeNull();
    expect(await of('2026-04-30')).toMatchObject({ offerId: uuid(70), state: 'open' });
    expect(await of(asOf)).toEqual({ offerId: uuid(71), kind: 'cross', state: 'declined', madeOn: '2026-05-01' });
  });

  it('follows customers that were one all along', async () => {
    // The cups of customer 2 are its own now.
    await given.record(tell.merged(1, [2], '2026-06-01'));
    const { buyers, items } = await suggested(1, { ...few, minimumBuyers: 9 });
    expect({ buyers, found: items.map(({ item, similarBuy }) => [item, similarBuy?.because]) }).toEqual({
      buyers: 9,
      found: [['bags', 'cups']],
    });
  });
});

describe('what a customer stopped buying', () => {
  let given: Asking;
  const stopped = async (day = asOf, params: object = {}) =>
    (await given.ask(suggestions, { customerId: uuid(1), ...params }, { asOf: day })).items;

  beforeAll(async () => {
    given = await givenEvents(
      tell.registered(1),
      // Every thirty days, and then no more.
      bought(1, '2025-01-01', { pens: 1_000 }),
      bought(1, '2025-01-31', { pens: 1_000 }),
      bought(1, '2025-03-02', { pens: 1_000, mugs: 10 }),
      bought(1, '2025-04-01', { pens: 1_000, mugs: 10 }),
      tell.returned(1, 51, undefined, '2025-05-20', 0, {
        lines: [{ sku: 'pens-1', productGroup: 'pens', quantity: '1', net: 300 }],
      }),
      // Twice each autumn: half a year of silence is not new.
      ...[2023, 2024, 2025].flatMap((year) => [
        bought(1, `${year}-10-01`, { cards: 400 }),
        bought(1, `${year}-10-11`, { cards: 400 }),
      ]),
    );
  });

  it('is told by its own rhythm, with what it was worth a year', async () => {
    expect(await stopped('2025-06-30')).toEqual([
      {
        item: 'pens',
        worth: 3_700,
        similarBuy: null,
        stopped: {
          firstBoughtOn: '2025-01-01',
          lastBoughtOn: '2025-04-01',
          purchases: 4,
          medianGap: 30,
          longestGap: 30,
          daysSince: 90,
          yearly: 3_700,
        },
        offered: null,
      },
    ]);
  });

  it('is not told before twice that rhythm is over, nor of what was bought twice only', async () => {
    expect(await stopped('2025-05-31')).toEqual([]);
    expect((await stopped('2025-06-01')).map(({ item }) => item)).toEqual(['pens']);
  });

  it('takes a season for what it is, until that is missed', async () => {
    expect((await stopped('2026-06-30')).map(({ item }) => item)).toEqual(['pens']);
    expect((await stopped('2026-10-30')).map(({ item, worth }) => [item, worth])).toEqual([
      ['pens', 3_700],
      ['cards', 800],
    ]);
  });

  it('comes in pages, worth most first', async () => {
    const when = { asOf: '2026-10-30' };
    const { items, nextCursor } = await given.ask(suggestions, { customerId: uuid(1), limit: 1 }, when);
    expect(items.map(({ item }) => item)).toEqual(['pens']);
    const next = await given.ask(suggestions, { customerId: uuid(1), limit: 1, cursor: nextCursor }, when);
    expect([next.items.map(({ item }) => item), next.nextCursor]).toEqual([['cards'], undefined]);
  });
});
