import { competitorPrices, competitorPricesBy } from '../../../src/application/questions/competitor-prices.js';
import { pyramidMembers } from '../../../src/application/questions/pyramid.js';
import { references, referencesOfOne } from '../../../src/application/questions/references.js';
import { relationship, relationships } from '../../../src/application/questions/relationship.js';
import type { GivenEvent } from '../../support/read-side.js';
import { type Asking, closeAll, givenEvents, tell, uuid } from './asking.js';

const scored = (
  customer: number,
  element: string,
  score: string,
  at: string,
  more: object = {},
  told = {},
): GivenEvent => tell.event(customer, 'CustomerScored', at, { element, score, ...more }, told);
const policy = (validFrom: string, more: object): GivenEvent => ({
  type: 'ValuePolicySet',
  at: validFrom,
  stream: 'policy-value',
  data: { thresholds: { a: '8', b: '6', c: '4' }, pyramidBy: 'score', thresholdsOf: 'score', validFrom, ...more },
});
const weights = (...of: [element: string, weight: string][]) => of.map(([element, weight]) => ({ element, weight }));
const noted = (customer: number, competitor: string, at: string, more: object): GivenEvent =>
  tell.event(customer, 'CompetitorPriceNoted', at, { competitor, ...more });
const consent = (customer: number, at: string, granted: boolean, ...uses: string[]): GivenEvent =>
  tell.event(customer, 'ReferenceConsentChanged', at, { granted, uses });
const reference = (customer: number, at: string, name: string, use?: string): GivenEvent =>
  tell.event(customer, 'ReferenceGiven', at, { to: { name }, use });
const review = (customer: number, at: string, sentiment: string, where = 'a forum'): GivenEvent =>
  tell.event(customer, 'ReviewSeen', at, { where, sentiment, seenOn: at });

const company = [
  tell.registered(1, '2024-01-01', { industry: 'care' }),
  tell.registered(2, '2024-01-01', { country: 'NL' }),
  tell.registered(3, '2024-01-01'),
  tell.registered(4, '2024-01-01'),
  tell.assigned(2, 'r1', '2024-01-01'),
  tell.ordered(1, 901, '2025-02-01', 10_000, { lines: [{ sku: 'pen', quantity: '20', net: 10_000 }] }),
  tell.ordered(2, 902, '2025-02-01', 20_000),
  policy('2025-01-01', {
    elements: [
      { group: 'care', weights: weights(['relationship quality', '3'], ['strategic value', '1']) },
      { weights: weights(['relationship quality', '1'], ['learning value', '1.5']) },
    ],
  }),
  // 1: (3 × 8 + 1 × 5) ÷ 4, once all is known; learning value weighs nothing in care.
  scored(1, 'relationship quality', '6', '2025-02-01'),
  scored(1, 'relationship quality', '8', '2025-03-01', { basis: 'they call us first', scoredBy: 'r1' }),
  scored(1, 'strategic value', '5', '2025-04-01'),
  scored(1, 'learning value', '10', '2025-02-01'),
  // 2: only one of two.
  scored(2, 'learning value', '6.5', '2025-02-01'),
  // 3: of nothing that weighs anything.
  scored(3, 'product knowledge', '9', '2025-02-01'),
  noted(1, 'Gifts & Co', '2025-02-01', { sku: 'pen', price: '6', currency: 'EUR' }),
  noted(1, 'Gifts & Co', '2025-03-01', { sku: 'pen', price: '4', currency: 'EUR' }),
  noted(1, 'Pennenhuis', '2025-03-02', { sku: 'pen', price: '5.1', ourPrice: '6', currency: 'EUR' }),
  noted(1, 'Pennenhuis', '2025-03-03', { productGroup: 'mugs', index: '110' }),
  noted(2, 'Gifts & Co', '2025-03-04', { sku: 'ink', price: '3', currency: 'USD' }),
  consent(1, '2025-02-01', true, 'showcase', 'logo'),
  consent(1, '2025-03-01', false, 'logo'),
  consent(2, '2025-02-01', true, 'showcase'),
  consent(2, '2025-06-01', false),
  reference(1, '2025-02-15', 'Bakkerij Zon', 'logo'),
  reference(1, '2025-03-15', 'Bakkerij Maan', 'logo'),
  reference(1, '2025-03-16', 'Bakkerij Ster'),
  review(1, '2025-02-01', 'neutral'),
  review(1, '2025-05-01', 'recommends', 'a fair'),
  review(3, '2025-05-02', 'runsDown'),
];
const at = { asOf: '2025-05-31' };

describe('the relationship', () => {
  let given: Asking;
  beforeAll(async () => {
    given = await givenEvents(...company);
  });
  afterAll(closeAll);
  const one = (customer: number, when: object = at) => given.ask(relationship, { customerId: uuid(customer) }, when);
  const all = (params: object = {}, when: object = at) => given.ask(relationships, params, when);
  const numbers = (items: readonly { readonly customerId: string }[]) =>
    items.map(({ customerId }) => Number(customerId.slice(-3)));

  it('is the weighted mean of the latest scores, by the weights of the customer’s group', async () => {
    const answer = await one(1);
    expect(answer).toMatchObject({ group: 'care', score: 7.25, weightKnown: 1, undefinedElements: [] });
    expect(answer.elements).toEqual([
      {
        element: 'relationship quality',
        weight: 3,
        score: 8,
        scoredOn: '2025-03-01',
        basis: 'they call us first',
        scoredBy: 'r1',
        eventId: expect.any(String),
        position: expect.any(String),
      },
      expect.objectContaining({ element: 'strategic value', weight: 1, score: 5, basis: null, scoredBy: null }),
      expect.objectContaining({ element: 'learning value', weight: null, score: 10 }),
    ]);
  });

  it('names what nobody scored, and is not known where nothing that weighs is', async () => {
    expect(await one(2)).toMatchObject({
      group: '*',
      score: 6.5,
      weightKnown: 0.6,
      undefinedElements: ['relationship quality'],
    });
    const both = ['learning value', 'relationship quality'];
    expect(await one(3)).toMatchObject({ group: '*', score: null, weightKnown: 0, undefinedElements: both });
    expect((await one(4)).elements.map(({ score }) => score)).toEqual([null, null]);
  });

  it('is that of the policy in force, and none without one', async () => {
    const before = await one(1, { asOf: '2024-12-31' });
    expect(before).toMatchObject({ group: null, score: null, weightKnown: null, elements: [], undefinedElements: [] });
    expect(await one(1, { asOf: '2025-03-15' })).toMatchObject({ score: 8, weightKnown: 0.75 });
  });

  it('ranks the pyramid by the same score', async () => {
    const { items } = await given.ask(pyramidMembers, {}, at);
    const ranked = items.filter(({ segment }) => 'ABCD'.includes(segment));
    expect(numbers(ranked)).toEqual([1, 2]);
    expect(ranked.map(({ segment }) => segment)).toEqual(['B', 'B']);
    expect((await all()).items.slice(0, 2).map(({ score }) => score)).toEqual([7.25, 6.5]);
  });

  it('is listed of all customers, best first, also of those that nobody scored', async () => {
    const { items, ...total } = await all();
    expect(total).toMatchObject({ customers: 4, scored: 2, meanScore: 6.875 });
    expect(numbers(items)).toEqual([1, 2, 3, 4]);
    expect(items[0]).toEqual({
      customerId: uuid(1),
      name: 'Klant 1',
      country: null,
      segment: 'B',
      accountManager: null,
      group: 'care',
      score: 7.25,
      weightKnown: 1,
      elements: [
        { element: 'learning value', score: 10, scoredOn: '2025-02-01' },
        { element: 'relationship quality', score: 8, scoredOn: '2025-03-01' },
        { element: 'strategic value', score: 5, scoredOn: '2025-04-01' },
      ],
      undefinedElements: [],
      scoredOn: '2025-04-01',
      priceIndex: 91.667,
      sentiment: 'recommends',
      showcase: true,
    });
    expect(items[2]).toMatchObject({ score: null, weightKnown: 0, sentiment: 'runsDown', showcase: false });
    expect(items[3]).toMatchObject({ elements: [], scoredOn: null, sentiment: null, priceIndex: null });
  });

  it('can be filtered, sorted and paged', async () => {
    expect(numbers((await all({ accountManager: 'r1' })).items)).toEqual([2]);
    expect(await all({ country: 'NL' })).toMatchObject({ customers: 1 });
    expect(numbers((await all({ segment: 'inactive' })).items)).toEqual([3, 4]);
    expect(numbers((await all({ sort: '-name' })).items)).toEqual([4, 3, 2, 1]);
    const paged: unknown[] = [];
    let cursor: string | undefined;
    do {
      const page = await all({ sort: 'score', limit: 1, cursor });
      paged.push(...page.items);
      cursor = page.nextCursor;
    } while (cursor);
    expect(paged).toEqual((await all({ sort: 'score' })).items);
    await expect(all({ sort: 'luck' })).rejects.toMatchObject({ errors: [{ path: 'sort' }] });
  });

  it('shows what competitors charge against what we do, the newest word of each', async () => {
    const { competitors } = await one(1);
    // (4 ÷ 5 + 5.1 ÷ 6 + 1.1) ÷ 3: what the customer paid last for a pen is 5.
    expect(competitors.index).toBe(91.667);
    expect(competitors.prices).toMatchObject([
      { competitor: 'Gifts & Co', sku: 'pen', price: 4, ourPrice: 5, ourPriceFrom: 'lastOrder', index: 80 },
      { competitor: 'Pennenhuis', sku: null, productGroup: 'mugs', price: null, ourPrice: null, index: 110 },
      { competitor: 'Pennenhuis', sku: 'pen', ourPrice: 6, ourPriceFrom: 'noted', index: 85, notedOn: '2025-03-02' },
    ]);
    const listed = await given.ask(competitorPrices, { limit: 2 }, at);
    expect(listed.items).toMatchObject([
      { customerId: uuid(2), name: 'Klant 2', sku: 'ink', ourPrice: null, index: null },
      { customerId: uuid(1), productGroup: 'mugs' },
    ]);
    const rest = await given.ask(competitorPrices, { cursor: listed.nextCursor as string }, at);
    expect(rest.items.map(({ competitor, sku }) => [competitor, sku])).toEqual([
      ['Pennenhuis', 'pen'],
      ['Gifts & Co', 'pen'],
    ]);
    expect((await given.ask(competitorPricesBy, { by: 'competitor' }, at)).groups).toEqual([
      {
        group: 'Gifts & Co',
        comparisons: 2,
        customers: 2,
        index: 80,
        cheapest: 80,
        dearest: 80,
        notedLast: '2025-03-04',
      },
      {
        group: 'Pennenhuis',
        comparisons: 2,
        customers: 1,
        index: 97.5,
        cheapest: 85,
        dearest: 110,
        notedLast: '2025-03-03',
      },
    ]);
  });

  it('tells who may be shown to whom, and who was without having consented', async () => {
    const {
      consent: uses,
      showcase,
      given: made,
      reviews,
    } = await given.ask(referencesOfOne, { customerId: uuid(1) }, at);
    expect(uses).toEqual([
      { use: 'logo', granted: false, since: '2025-03-01' },
      { use: 'showcase', granted: true, since: '2025-02-01' },
    ]);
    expect(showcase).toBe(true);
    expect(made.map(({ to, consented }) => [to, consented])).toEqual([
      ['Bakkerij Ster', null],
      ['Bakkerij Maan', false],
      ['Bakkerij Zon', true],
    ]);
    expect(reviews.map(({ sentiment }) => sentiment)).toEqual(['recommends', 'neutral']);
  });

  it('lists showcase customers, who recommends us and who runs us down', async () => {
    const listed = async (params: object, when: object = at) => (await given.ask(references, params, when)).items;
    expect(await listed({ sentiment: 'recommends' })).toEqual([
      {
        customerId: uuid(1),
        name: 'Klant 1',
        country: null,
        accountManager: null,
        uses: ['showcase'],
        showcase: true,
        given: 3,
        givenWithoutConsent: 1,
        lastGivenOn: '2025-03-16',
        recommends: 1,
        neutral: 1,
        runsDown: 0,
        sentiment: 'recommends',
        lastSeenOn: '2025-05-01',
        lastSeenWhere: 'a fair',
      },
    ]);
    expect(numbers(await listed({}))).toEqual([1, 2, 3]);
    expect(numbers(await listed({ sentiment: 'runsDown' }))).toEqual([3]);
    expect(numbers(await listed({ use: 'showcase' }))).toEqual([1, 2]);
    // Withdrawn for all uses.
    expect(numbers(await listed({ use: 'showcase' }, { asOf: '2025-06-01' }))).toEqual([1]);
    expect(numbers(await listed({ use: 'logo' }, { asOf: '2025-02-10' }))).toEqual([1]);
    const [first, second] = [await given.ask(references, { limit: 1 }, at), await listed({ accountManager: 'r1' })];
    expect(numbers((await given.ask(references, { cursor: first.nextCursor as string }, at)).items)).toEqual([2, 3]);
    expect(numbers(second)).toEqual([2]);
  });

  it('is one of customers that were one all along, the survivor’s own word first', async () => {
    await given.record(tell.merged(1, [3], '2026-01-01'));
    const merged = await one(3);
    expect(merged).toMatchObject({ customerId: uuid(1), score: 7.25 });
    expect(merged.elements.map(({ element }) => element)).toContain('product knowledge');
    expect(merged.references.reviews[0]).toMatchObject({ sentiment: 'runsDown' });
    expect((await all()).items[0]).toMatchObject({ customerId: uuid(1), sentiment: 'runsDown' });
    expect(await one(3, { ...at, knownAt: '2025-12-31' })).toMatchObject({ customerId: uuid(3), score: null });
  });
});
