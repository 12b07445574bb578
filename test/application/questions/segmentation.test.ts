import { card } from '../../../src/application/questions/card.js';
import { nextContacts, whyContact } from '../../../src/application/questions/contacts.js';
import { pyramid, pyramidMembers } from '../../../src/application/questions/pyramid.js';
import { segmentsInForce } from '../../../src/application/questions/segment.js';
import { proposal } from '../../../src/application/questions/segmentation-proposal.js';
import { segmentationWhatIf } from '../../../src/application/questions/segmentation-what-if.js';
import { comparison, segmentation, segmentations } from '../../../src/application/questions/segmentations.js';
import { valueOfAll } from '../../../src/application/questions/value.js';
import { valueWhatIf } from '../../../src/application/questions/value-what-if.js';
import type { GivenEvent } from '../../support/read-side.js';
import { type Asking, closeAll, givenEvents, tell, uuid } from './asking.js';

afterEach(closeAll);

const policy = (more: object, validFrom = '2024-01-01'): GivenEvent => ({
  type: 'ValuePolicySet',
  at: validFrom,
  data: { thresholds: { a: '0.01', b: '0.05', c: '0.2' }, ...more, validFrom },
  stream: 'policy-value',
});
const five = [1, 2, 3, 4, 5].map((customer) => tell.registered(customer, '2024-12-01'));
const orders = (...net: number[]) =>
  net.map((each, index) => tell.ordered(index + 1, 101 + index, '2026-01-10', each, { lines: [line(each)] }));
const line = (net: number, cost?: number) => ({ sku: 'pen', quantity: '1', net, ...(cost !== undefined && { cost }) });
const scored = (customer: number, element: string, score: string, at = '2026-01-05') =>
  tell.event(customer, 'CustomerScored', at, { element, score, scoredBy: 'anna' });

async function placesOf({ ask }: Asking, asOf = '2026-03-01') {
  const { items } = await ask(pyramidMembers, {}, { asOf });
  return items.filter(({ rank }) => rank !== null).map(({ customerId, segment }) => `${customerId.at(-1)}${segment}`);
}

describe('a pyramid by policy', () => {
  it('ends at cumulative shares of the revenue: whoever reaches a share is in', async () => {
    const given = await givenEvents(
      policy({ thresholds: { a: '0.5', b: '0.85', c: '0.9' }, thresholdsOf: 'cumulativeRevenue' }),
      ...five,
      ...orders(500, 300, 100, 50, 50),
    );
    // 500 of 1,000 reaches a half; the next begin at 500, 800 and 900.
    expect(await placesOf(given)).toEqual(['1A', '2B', '3B', '4D', '5D']);
  });

  it('ranks by contribution: less cost of goods, activities and direct costs', async () => {
    const given = await givenEvents(
      policy({ thresholds: { a: '0.25', b: '0.5', c: '0.75' }, pyramidBy: 'contribution' }),
      {
        type: 'ActivityRateSet',
        at: '2025-01-01',
        stream: 'policy-activity-rates',
        data: { activity: 'support', rate: '1', currency: 'EUR', per: 'unit', validFrom: '2025-01-01' },
      },
      ...five,
      tell.ordered(1, 101, '2026-01-10', 1_000, { lines: [line(1_000, 900)] }),
      tell.ordered(2, 102, '2026-01-10', 800, { lines: [line(800, 100)] }),
      tell.ordered(3, 103, '2026-01-10', 900, { lines: [line(900, 100)] }),
      tell.ordered(4, 104, '2026-01-10', 850, { lines: [line(850, 100)] }),
      // 3 costs 2 units of a euro, 4 a direct cost: 1: 100, 2: 700, 3: 600, 4: 450.
      tell.event(3, 'ActivityCostAttributed', '2026-01-12', { activity: 'support', quantity: '2' }),
      tell.event(4, 'DirectCostAttributed', '2026-01-12', {
        amount: 300,
        currency: 'EUR',
        what: 'dinner',
        incurredOn: '2026-01-12',
      }),
      // Known only later.
      tell.event(2, 'DirectCostAttributed', '2026-03-10', {
        amount: 650,
        currency: 'EUR',
        what: 'stand',
        incurredOn: '2026-03-10',
      }),
    );
    expect(await placesOf(given)).toEqual(['2A', '3B', '4C', '1D']);
    expect(await placesOf(given, '2026-03-11')).toEqual(['3A', '4B', '1C', '2D']);
  });

  const byScore = {
    pyramidBy: 'score',
    thresholdsOf: 'score',
    thresholds: { a: '8', b: '6', c: '4' },
    elements: [
      { group: 'events', weights: [{ element: 'strategic value', weight: '1' }] },
      {
        weights: [
          { element: 'strategic value', weight: '1' },
          { element: 'relationship', weight: '3' },
        ],
      },
    ],
  };

  it('ranks by the weighted score of the customer’s group, elements without a score left out', async () => {
    const given = await givenEvents(
      policy(byScore),
      tell.registered(1, '2024-12-01', { industry: 'events' }),
      ...[2, 3, 4].map((customer) => tell.registered(customer, '2024-12-01')),
      ...orders(100, 100, 100, 900),
      // By its industry only this one counts: 9.
      scored(1, 'strategic value', '9'),
      scored(1, 'relationship', '1'),
      // (1 × 2 + 3 × 8) ÷ 4 = 6.5; the latest score counts.
      scored(2, 'strategic value', '10', '2025-06-01'),
      scored(2, 'strategic value', '2'),
      scored(2, 'relationship', '8'),
      // One of two: 5.
      scored(3, 'relationship', '5'),
    );
    // Nobody scored 4: last, in D.
    expect(await placesOf(given)).toEqual(['1A', '2B', '3C', '4D']);
    const { assignments } = await given.ask(proposal, {}, { asOf: '2026-03-01' });
    expect(assignments.map(({ figure }) => figure)).toEqual(['9', '6.5', '5', '0']);
    const { segments, pyramidBy, thresholdsOf } = await given.ask(pyramid, {}, { asOf: '2026-03-01' });
    expect(segments.map(({ customers, lowestFigure }) => [customers, lowestFigure])).toEqual([
      [1, 9],
      [1, 6.5],
      [1, 5],
      [1, null],
    ]);
    expect({ pyramidBy, thresholdsOf }).toEqual({ pyramidBy: 'score', thresholdsOf: 'score' });
    const members = await given.ask(pyramidMembers, {}, { asOf: '2026-03-01' });
    expect(members.pyramidBy).toBe('score');
    expect(members.items.map(({ figure, revenue }) => [figure, revenue])).toEqual([
      [9, 100],
      [6.5, 100],
      [5, 100],
      [null, 900],
    ]);
  });

  it('is that of segments in force, too, as of the first of the month', async () => {
    const { reading } = await givenEvents(
      policy(byScore),
      ...five,
      ...orders(100, 200),
      scored(1, 'relationship', '9'),
      scored(2, 'relationship', '3'),
      scored(2, 'relationship', '8', '2026-02-10'),
    );
    const on = async (asOf: string) => {
      const at = reading({ asOf });
      const { table } = await segmentsInForce(at);
      return at.rows(`SELECT CAST(segment AS VARCHAR) AS segment, since FROM ${table} ORDER BY customer`);
    };
    expect(await on('2026-02-28')).toEqual([
      { segment: 'A', since: '2026-02-01' },
      { segment: 'D', since: '2026-02-01' },
    ]);
    expect(await on('2026-03-01')).toEqual([
      { segment: 'A', since: '2026-02-01' },
      { segment: 'A', since: '2026-03-01' },
    ]);
  });
});

type Placed = readonly [customer: number, segment: string];

/** Events of a run; customers are ranked as they come. */
function run(number: number, at: string, placed: readonly Placed[], told: object = {}): GivenEvent[] {
  const runId = uuid(number);
  const stream = `segmentation-${runId}`;
  return [
    {
      type: 'SegmentationProposed',
      at,
      stream,
      data: {
        runId,
        asOf: `${at}T12:00:00.000Z`,
        knownAt: 'log-1',
        policy: { thresholds: { a: '0.01', b: '0.05', c: '0.2' } },
        parts: 1,
        customers: placed.length,
        digest: uuid(1),
        ...told,
      },
    },
    {
      type: 'SegmentationAssigned',
      at,
      stream,
      data: {
        runId,
        part: 1,
        of: 1,
        assignments: placed.map(([customer, segment], index) => ({
          customerId: uuid(customer),
          segment,
          figure: String(1_000 - index),
          rank: index + 1,
        })),
      },
    },
  ];
}
const adjusted = (number: number, at: string, customer: number, from: string, to: string): GivenEvent => ({
  type: 'SegmentAdjusted',
  at,
  stream: `segmentation-${uuid(number)}`,
  data: { runId: uuid(number), customerId: uuid(customer), from, to, reason: 'Opens three shops' },
});
const finalised = (number: number, at: string, effectiveFrom: string): GivenEvent => ({
  type: 'SegmentationFinalised',
  at,
  stream: `segmentation-${uuid(number)}`,
  data: { runId: uuid(number), effectiveFrom, approver: 'anna' },
});
const discarded = (number: number, at: string): GivenEvent => ({
  type: 'SegmentationDiscarded',
  at,
  stream: `segmentation-${uuid(number)}`,
  data: { runId: uuid(number), reason: 'Wrong' },
});

/** By revenue 1 is A, 2 B, 3 C, 4 and 5 D. */
const company = [
  policy({ thresholds: { a: '0.2', b: '0.4', c: '0.6' } }),
  ...five,
  ...orders(500, 400, 300, 200, 100),
  // Approved in February, in force from March.
  ...run(50, '2026-02-10', [
    [1, 'A'],
    [2, 'B'],
    [3, 'C'],
    [4, 'D'],
  ]),
  adjusted(50, '2026-02-11', 4, 'D', 'A'),
  adjusted(50, '2026-02-12', 2, 'B', 'none'),
  finalised(50, '2026-02-15', '2026-03-01'),
];

async function inForce({ reading }: Asking, asOf: string) {
  const at = reading({ asOf });
  const { table } = await segmentsInForce(at);
  const rows = await at.rows<{ id: string; segment: string; since: string }>(
    `SELECT customer_id AS id, CAST(segment AS VARCHAR) AS segment, since FROM ${table} JOIN customer_key USING (customer)
     ORDER BY customer_id`,
  );
  return rows.map(({ id, segment, since }) => `${id.at(-1)}${segment} ${since}`);
}

describe('the segment in force', () => {
  it('is the last finalised one from its day on; whom it doesn’t know keeps the pyramid’s', async () => {
    const given = await givenEvents(...company);
    expect(await inForce(given, '2026-02-28')).toEqual([
      '1A 2026-02-01',
      '2B 2026-02-01',
      '3C 2026-02-01',
      '4D 2026-02-01',
      '5D 2026-02-01',
    ]);
    expect(await inForce(given, '2026-03-01')).toEqual([
      '1A 2026-02-01',
      '3C 2026-02-01',
      '4A 2026-03-01',
      '5D 2026-02-01',
    ]);
    // The year is over: nobody has revenue any more, and the segmentation still holds.
    expect(await inForce(given, '2027-02-10')).toEqual(['1A 2026-02-01', '3C 2026-02-01', '4A 2026-03-01']);
  });

  it('is taken over by the next one, and a segment that stays the same goes on', async () => {
    const given = await givenEvents(
      ...company,
      ...run(60, '2026-05-01', [
        [4, 'A'],
        [1, 'B'],
        [2, 'B'],
      ]),
      finalised(60, '2026-05-20', '2026-05-15'),
      ...run(70, '2026-06-01', [[5, 'A']]),
      discarded(70, '2026-06-02'),
    );
    // As of a day before it was finalised it was not in force, though it holds from an earlier one.
    expect(await inForce(given, '2026-05-16')).toContain('1A 2026-02-01');
    expect(await inForce(given, '2026-06-30')).toEqual([
      '1B 2026-05-15',
      '2B 2026-05-15',
      // Unknown to it: the pyramid's place, which it had under the one before, too.
      '3C 2026-02-01',
      '4A 2026-03-01',
      '5D 2026-02-01',
    ]);
  });

  it('is that of the customer that another one turned out to be', async () => {
    const given = await givenEvents(...company, tell.merged(1, [4], '2026-04-01'), tell.merged(5, [3], '2026-04-01'));
    expect(await inForce(given, '2026-04-02')).toEqual(['1A 2026-02-01', '5C 2026-03-01']);
  });

  it('was not known before it was recorded', async () => {
    const given = await givenEvents(...company);
    const { table } = await segmentsInForce(given.reading({ asOf: '2026-03-02', known: 15n } as never));
    expect(await given.reading({ asOf: '2026-03-02' }).rows(`SELECT count(*) AS n FROM ${table}`)).toEqual([{ n: 5 }]);
  });

  it('is what contact schemes, the card and lists of values follow', async () => {
    const { ask } = await givenEvents(...company);
    const when = { asOf: '2026-03-10' };
    const next = await ask(nextContacts, { to: '2027-12-31' }, when);
    expect(next.segmentation).toEqual({ runId: uuid(50), effectiveFrom: '2026-03-01' });
    expect(
      next.items
        .map(({ customer, line: { timesPerYear } }) => `${customer.id.at(-1)}${customer.segment}${timesPerYear}`)
        .toSorted(),
    ).toEqual(['1A10', '3C4', '4A10', '5D1']);

    const fourth = next.items.find(({ customer }) => customer.id === uuid(4));
    expect(fourth?.why[0]).toMatchObject({
      text: 'Segment A since 2026-03-01, by the segmentation in force from 2026-03-01 that anna approved, adjusted by hand.',
      events: [expect.anything(), expect.anything()],
    });
    const fifth = next.items.find(({ customer }) => customer.id === uuid(5));
    expect(fifth?.why[0]?.text).toContain('the segmentation in force from 2026-03-01 doesn’t know it');

    const why = await ask(whyContact, { customerId: uuid(2) }, when);
    expect(why.because[0]).toMatchObject({ rule: 'noSegment', events: [expect.anything(), expect.anything()] });

    expect(await ask(card, { customerId: uuid(4) }, when)).toMatchObject({
      segment: 'A',
      segmentInForce: {
        segment: 'A',
        since: '2026-03-01',
        segmentation: { runId: uuid(50), effectiveFrom: '2026-03-01', approver: 'anna' },
        adjusted: true,
      },
    });
    expect(await ask(card, { customerId: uuid(2) }, when)).toMatchObject({ segment: 'none', segmentInForce: null });
    expect((await ask(valueOfAll, { segment: 'A' }, when)).items.map(({ customerId }) => customerId)).toEqual([
      uuid(1),
      uuid(4),
    ]);
    expect((await ask(valueOfAll, { segment: 'none' }, when)).customers).toBe(1);
  });
});

describe('a segmentation', () => {
  it('is listed with what became of it, as of any date', async () => {
    const { ask } = await givenEvents(...company, ...run(60, '2026-04-01', [[1, 'B']], { parts: 2 }));
    const [second, first] = (await ask(segmentations, {})).items;
    expect(second).toMatchObject({ runId: uuid(60), status: 'incomplete', inForce: false, assigned: 1 });
    expect(first).toMatchObject({
      runId: uuid(50),
      status: 'finalised',
      inForce: true,
      customers: 4,
      proposed: { A: 1, B: 1, C: 1, D: 1 },
      adjustments: 2,
      effectiveFrom: '2026-03-01',
      approver: 'anna',
    });
    const before = await ask(segmentations, {}, { asOf: '2026-02-13' });
    expect(before.items).toMatchObject([{ runId: uuid(50), status: 'proposed', effectiveFrom: null, adjustments: 2 }]);
    const page = await ask(segmentations, { limit: 1 });
    expect((await ask(segmentations, { limit: 1, cursor: page.nextCursor })).items).toMatchObject([first]);
  });

  it('shows its distribution and who moves by it', async () => {
    const { ask } = await givenEvents(
      ...company,
      ...run(60, '2026-04-01', [
        [2, 'A'],
        [1, 'B'],
        [3, 'C'],
      ]),
    );
    const first = await ask(segmentation, { runId: uuid(50) }, { asOf: '2026-04-02' });
    expect(first.against).toBeNull();
    expect(first.segments).toEqual([
      { segment: 'A', customers: 2, proposed: 1, lastRank: 1, lowestFigure: 1_000 },
      { segment: 'B', customers: 0, proposed: 1, lastRank: 2, lowestFigure: 999 },
      { segment: 'C', customers: 1, proposed: 1, lastRank: 3, lowestFigure: 998 },
      { segment: 'D', customers: 0, proposed: 1, lastRank: 4, lowestFigure: 997 },
      { segment: 'none', customers: 1, proposed: 0, lastRank: null, lowestFigure: null },
    ]);
    expect(first.moves).toEqual([
      { from: 'B', to: 'none', customers: 1 },
      { from: 'D', to: 'A', customers: 1 },
    ]);
    const second = await ask(segmentation, { runId: uuid(60), moved: true }, { asOf: '2026-04-02' });
    expect(second.against).toEqual({ runId: uuid(50), effectiveFrom: '2026-03-01' });
    expect(
      second.items.map(({ customerId, without, segment }) => `${customerId.at(-1)} ${without} ${segment}`),
    ).toEqual([
      '2 none A',
      '1 A B',
      // Not in it: back to where the pyramid has it.
      '4 A D',
    ]);
    const page = await ask(segmentation, { runId: uuid(60), moved: true, limit: 2 }, { asOf: '2026-04-02' });
    const rest = { runId: uuid(60), moved: true, limit: 2, cursor: page.nextCursor };
    expect([...page.items, ...(await ask(segmentation, rest, { asOf: '2026-04-02' })).items]).toEqual(second.items);
    await expect(ask(segmentation, { runId: uuid(99) })).rejects.toThrow('no segmentation');
  });

  it('is compared with another one', async () => {
    const { ask } = await givenEvents(
      ...company,
      ...run(60, '2026-04-01', [
        [2, 'A'],
        [1, 'A'],
        [5, 'B'],
      ]),
    );
    const compared = await ask(comparison, { a: uuid(50), b: uuid(60) });
    expect(compared.cells).toEqual([
      { from: 'A', to: 'A', customers: 1 },
      { from: 'A', to: null, customers: 1 },
      { from: 'C', to: null, customers: 1 },
      { from: 'none', to: 'A', customers: 1 },
      { from: null, to: 'B', customers: 1 },
    ]);
    expect(compared.items.map(({ customerId, from, to }) => `${customerId.at(-1)} ${from} ${to}`)).toEqual([
      '2 none A',
      '5 null B',
      '3 C null',
      '4 A null',
    ]);
  });
});

describe('a proposal', () => {
  it('is the pyramid as of a date by the policy in force, or by one to try', async () => {
    const { ask } = await givenEvents(...company);
    const when = { asOf: '2026-03-01' };
    const inForceNow = await ask(proposal, {}, when);
    expect(inForceNow.policy).toMatchObject({ thresholds: { a: '0.2', b: '0.4', c: '0.6' }, pyramidBy: 'revenue' });
    expect(inForceNow.assignments[1]).toEqual({ customerId: uuid(2), segment: 'B', figure: '400', rank: 2 });
    const tried = { thresholds: { a: '0.5', b: '0.8', c: '1' }, thresholdsOf: 'cumulativeRevenue' as const };
    const { assignments } = await ask(proposal, { policy: tried }, when);
    expect(assignments.map(({ segment }) => segment)).toEqual(['A', 'A', 'B', 'C', 'C']);
  });
});

describe('what if', () => {
  it('other thresholds and frequencies were decided on: customers, revenue and visits now and then', async () => {
    const { ask } = await givenEvents(...company.slice(0, 11));
    const asked = { a: '0.4', b: '0.6', c: '0.8', visitsB: 6 };
    const answer = await ask(segmentationWhatIf, asked, { asOf: '2026-02-10' });
    expect(answer.segments).toEqual([
      {
        segment: 'A',
        now: { customers: 1, revenue: 500, visitsAYear: 10 },
        tried: { customers: 2, revenue: 900, visitsAYear: 20 },
      },
      {
        segment: 'B',
        now: { customers: 1, revenue: 400, visitsAYear: 5 },
        tried: { customers: 1, revenue: 300, visitsAYear: 6 },
      },
      {
        segment: 'C',
        now: { customers: 1, revenue: 300, visitsAYear: 4 },
        tried: { customers: 1, revenue: 200, visitsAYear: 4 },
      },
      {
        segment: 'D',
        now: { customers: 2, revenue: 300, visitsAYear: 2 },
        tried: { customers: 1, revenue: 100, visitsAYear: 1 },
      },
    ]);
    expect(answer).toMatchObject({ moved: 3, visitsAYear: { now: 21, tried: 31 } });
    await expect(ask(segmentationWhatIf, { a: '0.9' })).rejects.toThrow('B ends before A does');
    await expect(ask(segmentationWhatIf, { weights: ['heavy'] })).rejects.toThrow('element:weight');
  });

  it('customers brought ten euros a month more', async () => {
    const { ask } = await givenEvents(
      ...five,
      tell.ordered(1, 101, '2026-01-10', 30_000, { lines: [line(20_000, 12_000), line(10_000)] }),
      tell.ordered(2, 102, '2026-01-10', 10_000, { lines: [line(10_000, 8_000)] }),
      // Too long ago to count.
      tell.ordered(3, 103, '2024-12-10', 10_000, { lines: [line(10_000, 8_000)] }),
    );
    // Of 30,000 with a known cost 10,000 are left.
    expect(await ask(valueWhatIf, { moreAMonth: 1_000 }, { asOf: '2026-03-01' })).toMatchObject({
      window: { from: '2025-03-02', to: '2026-03-01' },
      customers: 2,
      netRevenue: 40_000,
      contribution: 10_000,
      grossMarginRate: 0.333333,
      extraRevenue: 24_000,
      extraContribution: 8_000,
      contributionThen: 18_000,
    });
    expect(await ask(valueWhatIf, { moreAMonth: 1_000, country: 'XX' })).toMatchObject({
      customers: 0,
      extraRevenue: 0,
      grossMarginRate: null,
      extraContribution: null,
    });
  });
});
