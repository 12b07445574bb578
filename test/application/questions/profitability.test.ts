import { contributionOfAll } from '../../../src/application/questions/contribution.js';
import { lossMakers, whale } from '../../../src/application/questions/profitability.js';
import { closeAll, givenEvents, tell, uuid } from './asking.js';
import { costs } from './costs.js';

afterEach(closeAll);

const earning = (customer: number, margin: number) => [
  tell.registered(customer, '2024-01-01'),
  tell.ordered(customer, 10 + customer, '2025-06-01', 0, {
    lines: [{ sku: 'pen', quantity: '1', net: margin + 1_000, cost: 1_000 }],
  }),
];
const company = [
  costs.rate('visiting', '50', 'visit', '2024-01-01'),
  ...earning(1, 10_000),
  ...earning(2, 5_000),
  ...earning(3, 1_000),
  ...earning(4, 4_000),
  costs.visit(4, '2025-06-02'),
  costs.visit(4, '2025-06-03'),
  costs.direct(3, 1_500, '2025-06-04'),
];
const when = { asOf: '2025-12-01' };

describe('the whale curve', () => {
  it('ends exactly at the total, with a peak before it', async () => {
    const { ask } = await givenEvents(...company);
    expect(await ask(whale, { parts: 3 })).toMatchObject({
      customers: 4,
      total: 8_500,
      peak: { customers: 2, contribution: 15_000 },
      lossMakers: { customers: 2, contribution: -6_500 },
      points: [
        { customers: 1, customerShare: 0.25, contribution: 10_000, cumulative: 10_000, cumulativeShare: 1.176471 },
        { customers: 2, customerShare: 0.5, contribution: 5_000, cumulative: 15_000, cumulativeShare: 1.764706 },
        { customers: 4, customerShare: 1, contribution: -6_500, cumulative: 8_500, cumulativeShare: 1 },
      ],
    });
    expect((await ask(contributionOfAll, {})).total.contribution).toBe(8_500);
  });

  it('has no share of a total that is nothing, and no points without customers', async () => {
    const { ask } = await givenEvents(tell.registered(1), costs.direct(1, 5, '2025-01-01'));
    expect((await ask(whale, {})).points).toEqual([
      { customers: 1, customerShare: 1, contribution: -5, cumulative: -5, cumulativeShare: null },
    ]);
    expect(await ask(whale, { to: '2020-01-01' })).toMatchObject({ customers: 0, total: 0, points: [] });
    await expect(ask(whale, { parts: 1 })).rejects.toMatchObject({ errors: [{ path: 'parts' }] });
  });
});

describe('the loss-makers', () => {
  it('come worst first, with what they cost more than the average of their segment', async () => {
    const { ask } = await givenEvents(...company);
    const first = await ask(lossMakers, { limit: 1 }, when);
    expect([first.customers, first.total]).toEqual([2, -6_500]);
    expect(first.items).toMatchObject([
      {
        customerId: uuid(4),
        name: 'Klant 4',
        segment: 'D',
        contribution: -6_000,
        // In D are 2, 3 and 4 with 13,000 of net revenue and 10,000 of visits: 5,000 ÷ 13,000 of these are expected here.
        causes: [{ part: 'activity: visiting', amount: 10_000, expected: 3_846, excess: 6_154 }],
      },
    ]);
    const next = await ask(lossMakers, { limit: 1, cursor: first.nextCursor }, when);
    expect(next.items).toMatchObject([
      {
        customerId: uuid(3),
        contribution: -500,
        causes: [
          { part: 'direct', amount: 1_500, excess: 1_269 },
          { part: 'goods', amount: 1_000, excess: 538 },
        ],
      },
    ]);
    expect(next.nextCursor).toBeUndefined();
  });

  it('are narrowed down', async () => {
    const { ask } = await givenEvents(...company);
    expect(await ask(lossMakers, { segment: 'A' }, when)).toMatchObject({ customers: 0, total: 0, items: [] });
  });
});
