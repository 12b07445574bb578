import fc from 'fast-check';
import { pyramid } from '../../../src/application/questions/pyramid.js';
import { pyramidSeries } from '../../../src/application/questions/pyramid-series.js';
import { closeAll, givenEvents, tell } from './asking.js';
import { costs } from './costs.js';

afterEach(closeAll);

describe('the pyramid month by month', () => {
  it('gives for each month what the pyramid says as of its end', async () => {
    const dayOf = (days: number) => new Date(Date.UTC(2023, 11, 1) + days * 86_400_000).toISOString().slice(0, 10);
    const orders = fc.record({
      customer: fc.integer({ min: 1, max: 6 }),
      day: fc.nat(800),
      net: fc.integer({ min: 1, max: 900 }),
      n: fc.nat(9),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(orders, { minLength: 15, maxLength: 50 }), async (told) => {
        const { ask } = await givenEvents(
          ...[1, 2, 3, 4, 5, 6].map((customer) => tell.registered(customer)),
          tell.thresholds('0.2', '0.4', '0.7', '2024-07-15'),
          tell.rate('USD', 'EUR', '0.5', '2024-06-01'),
          tell.takenOver(5, 6, '2025-02-10'),
          tell.merged(1, [2], '2025-05-05'),
          tell.ordered(4, 500, '2024-02-29', 450),
          ...told.flatMap(({ customer, day, net, n }, index) => [
            tell.ordered(customer, 1_000 + index, dayOf(day), net * 10, n === 8 ? { currency: 'USD' } : {}),
            ...(n < 2 ? [tell.cancelled(customer, 1_000 + index, dayOf(day + 150 * n + 20))] : []),
            ...(n === 3 ? [tell.returned(customer, 2_000 + index, 1_000 + index, dayOf(day + 40), net * 5)] : []),
          ]),
        );
        const when = { asOf: '2026-03-10' };
        const { points } = await ask(pyramidSeries, { from: '2024-02-01' }, when);
        expect(points.at(-1)?.on).toBe('2026-03-10');
        for (const point of points.filter(
          (_, index) => index % 4 === 0 || index === points.length - 1 || (index > 9 && index < 15),
        )) {
          const { segments } = await ask(pyramid, {}, { asOf: point.on });
          expect([point.on, point.segments]).toEqual([
            point.on,
            segments
              .filter(({ segment }) => segment.length === 1)
              .map(({ segment, customers, revenue, lowestRevenue }) => ({
                segment,
                customers,
                revenue,
                revenueShare: Math.round((revenue / point.revenue) * 1_000_000) / 1_000_000,
                lowestRevenue,
              })),
          ]);
        }
        await closeAll();
      }),
      { numRuns: Number(process.env.LAW_RUNS ?? 3), endOnFailure: true },
    );
  }, 300_000);

  it('tells what each segment contributed where asked', async () => {
    const { ask } = await givenEvents(
      tell.registered(1),
      tell.registered(2),
      costs.rate('visiting', '50', 'visit', '2024-01-01'),
      tell.ordered(1, 10, '2024-06-01', 0, { lines: [{ sku: 'pen', quantity: '1', net: 20_000, cost: 5_000 }] }),
      tell.ordered(2, 11, '2024-07-10', 0, { lines: [{ sku: 'pen', quantity: '1', net: 1_000, cost: 400 }] }),
      costs.visit(1, '2024-07-02'),
    );
    const params = { from: '2024-06-01', to: '2024-08-01' };
    const { points } = await ask(pyramidSeries, { ...params, contribution: true }, { asOf: '2024-09-10' });
    expect(
      points.map(({ segments }) =>
        segments.map(({ segment, revenue, contribution }) => [segment, revenue, contribution]),
      ),
    ).toEqual([
      [['A', 20_000, 15_000]],
      [
        ['A', 20_000, 10_000],
        ['D', 1_000, 600],
      ],
    ]);
    const without = await ask(pyramidSeries, params, { asOf: '2024-09-10' });
    expect(without.points.map(({ segments }) => segments)).toEqual(
      points.map(({ segments }) => segments.map(({ contribution: _, ...segment }) => segment)),
    );
  });

  it('follows a policy that ranks by something else from its day on', async () => {
    const { ask } = await givenEvents(
      tell.registered(1),
      tell.registered(2),
      tell.ordered(1, 10, '2025-01-10', 1_000),
      tell.ordered(2, 11, '2025-01-10', 900),
      {
        type: 'ValuePolicySet',
        at: '2025-03-01',
        stream: 'policy-value',
        data: {
          thresholds: { a: '0.5', b: '0.9', c: '1' },
          thresholdsOf: 'cumulativeRevenue',
          validFrom: '2025-03-01',
        },
      },
    );
    const { points } = await ask(pyramidSeries, { from: '2025-02-01', to: '2025-04-01' });
    expect(points.map(({ on, segments }) => [on, segments.map(({ segment }) => segment)])).toEqual([
      ['2025-02-28', ['A', 'D']],
      ['2025-03-31', ['A', 'B']],
    ]);
  });

  it('has no points before the first order, and refuses a period that ends before it begins', async () => {
    const { ask } = await givenEvents(tell.registered(1));
    expect(await ask(pyramidSeries, {})).toEqual({ currency: 'EUR', points: [] });
    await expect(ask(pyramidSeries, { from: '2025-01-01', to: '2024-01-01' })).rejects.toMatchObject({
      errors: [{ path: 'to' }],
    });
  });
});
