import fc from 'fast-check';
import { DateTime } from 'luxon';
import type { Reading } from '../../../src/application/ports/read-side.js';
import { segmentsInForce } from '../../../src/application/questions/segment.js';
import type { GivenEvent } from '../../support/read-side.js';
import { closeAll, givenEvents, tell, uuid } from './asking.js';

afterEach(closeAll);

async function inForce(reading: Reading) {
  const { table, ranking } = await segmentsInForce(reading);
  return reading.rows<{ customerId: string; segment: string; since: string; revenue: number }>(
    `SELECT customer_id, CAST(segments.segment AS VARCHAR) AS segment, since, revenue
     FROM ${table} AS segments
     JOIN ${ranking} AS ranking ON ranking.customer = segments.customer AND ranking.segment = segments.segment
     JOIN customer_key ON customer_key.customer = segments.customer
     ORDER BY customer_id`,
  );
}

/** The same without anything kept: the pyramid as of each month's beginning, back to where the segment was another. */
async function workedOut(reading: Reading) {
  const at = async (month: DateTime) =>
    reading.rows<{ customerId: string; segment: string; revenue: number }>(
      `SELECT customer_id, segment, revenue
       FROM pyramid_ranking(CAST($before AS TIMESTAMP), $known, 'nothing_bought', NULL) JOIN customer_key USING (customer)
       WHERE segment IS NOT NULL ORDER BY customer_id`,
      { before: new Date(month.toMillis() - 1) },
    );
  const month = DateTime.fromMillis(reading.asOf, { zone: reading.timeZone }).startOf('month');
  const now = await at(month);
  const since = new Map<string, string>();
  const open = new Map(now.map(({ customerId, segment }) => [customerId, segment]));
  for (let each = month; open.size > 0; each = each.minus({ months: 1 })) {
    const before = new Map(
      (await at(each.minus({ months: 1 }))).map(({ customerId, segment }) => [customerId, segment]),
    );
    for (const [customerId, segment] of open) {
      if (before.get(customerId) === segment) continue;
      since.set(customerId, each.toISODate() as string);
      open.delete(customerId);
    }
  }
  return now.map((row) => ({ ...row, since: since.get(row.customerId) }));
}

describe('segments in force', () => {
  const company = [
    tell.thresholds('0.3', '0.6', '1', '2024-01-01'),
    ...[1, 2, 3].map((customer) => tell.registered(customer, '2024-12-01')),
    tell.ordered(1, 101, '2025-01-10', 3_000),
    tell.ordered(2, 102, '2025-01-10', 2_000),
    tell.ordered(3, 103, '2025-01-10', 1_000),
  ];
  const brief = (rows: Awaited<ReturnType<typeof inForce>>) => rows.map(({ segment, since }) => `${segment} ${since}`);

  it('are the pyramid as of the first of the month, and stay so until the next', async () => {
    const { reading } = await givenEvents(...company, tell.ordered(3, 104, '2025-02-01T08:00:00.000Z', 9_000));
    const on = async (asOf: string) => brief(await inForce(reading({ asOf })));
    expect(await on('2025-01-31')).toEqual([]);
    expect(await on('2025-02-01')).toEqual(['A 2025-02-01', 'B 2025-02-01', 'C 2025-02-01']);
    expect(await on('2025-02-28')).toEqual(['A 2025-02-01', 'B 2025-02-01', 'C 2025-02-01']);
    expect(await on('2025-03-01')).toEqual(['B 2025-03-01', 'C 2025-03-01', 'A 2025-03-01']);
    expect(await on('2025-06-15')).toEqual(['B 2025-03-01', 'C 2025-03-01', 'A 2025-03-01']);
  });

  it('begin at local midnight', async () => {
    // Half past eleven in the evening in London is the next day, and month, in Amsterdam.
    const { reading } = await givenEvents(...company, tell.ordered(3, 104, '2025-01-31T23:30:00.000Z', 9_000));
    expect(brief(await inForce(reading({ asOf: '2025-01-31T23:00:00.000Z' })))).toEqual([
      'A 2025-02-01',
      'B 2025-02-01',
      'C 2025-02-01',
    ]);
    expect(await inForce(reading({ asOf: '2025-01-31T22:59:59.999Z' }))).toEqual([]);
  });

  it('begin anew for a customer that came back after a year without orders', async () => {
    const { reading } = await givenEvents(...company, tell.ordered(1, 104, '2027-05-10', 500));
    expect(brief(await inForce(reading({ asOf: '2026-01-31' })))).toHaveLength(3);
    expect(await inForce(reading({ asOf: '2026-02-01' }))).toEqual([]);
    expect(brief(await inForce(reading({ asOf: '2027-07-01' })))).toEqual(['A 2027-06-01']);
  });

  it('take up an order that is recorded late only where that is known', async () => {
    const late = tell.ordered(3, 104, '2025-01-20', 9_000, {}, { recordedAt: '2025-04-10' });
    const { reading, readSide } = await givenEvents(...company, late);
    const known = await readSide.knownAt(Date.parse('2025-04-09T00:00:00Z'));
    const before = ['A 2025-02-01', 'B 2025-02-01', 'C 2025-02-01'];
    expect(brief(await inForce(reading({ asOf: '2025-05-01', known })))).toEqual(before);
    expect(brief(await inForce(reading({ asOf: '2025-05-01' })))).toEqual([
      'B 2025-02-01',
      'C 2025-02-01',
      'A 2025-02-01',
    ]);
    expect(brief(await inForce(reading({ asOf: '2025-05-01', known })))).toEqual(before);
  });
});

describe('what is kept of the segments in force', () => {
  const day = fc
    .integer({ min: 0, max: 700 })
    .map((days) => new Date(Date.UTC(2024, 0, 1, 22, 30) + days * 86_400_000).toISOString());
  const customer = fc.integer({ min: 1, max: 5 });
  const step = fc.oneof(
    fc.record({ kind: fc.constant('order' as const), customer, at: day, net: fc.integer({ min: 1, max: 9_000 }) }),
    fc.record({ kind: fc.constant('return' as const), customer, at: day, net: fc.integer({ min: 1, max: 3_000 }) }),
    fc.record({
      kind: fc.constant('undo' as const),
      how: fc.constantFrom('cancel', 'retract', 'correct'),
      of: fc.nat(99),
      at: day,
    }),
    fc.record({ kind: fc.constant('join' as const), merged: fc.boolean(), customer, other: customer, at: day }),
    fc.record({ kind: fc.constant('policy' as const), at: day, a: fc.constantFrom('0.1', '0.3', '0.5') }),
  );
  type Step = typeof step extends fc.Arbitrary<infer Told> ? Told : never;

  function history(steps: readonly Step[]): GivenEvent[] {
    const events: GivenEvent[] = [1, 2, 3, 4, 5].map((id) => tell.registered(id, '2023-12-01'));
    const orders: { event: GivenEvent; customer: number; id: number; open: boolean }[] = [];
    steps.forEach((told, index) => {
      const id = 1_000 + index;
      const recordedAt = '2026-01-01T00:00:00.000Z';
      if (told.kind === 'order') {
        const event = tell.ordered(told.customer, id, told.at, told.net, {}, { id: uuid(50_000 + index), recordedAt });
        orders.push({ event, customer: told.customer, id, open: true });
        events.push(event);
      } else if (told.kind === 'return') {
        events.push(tell.returned(told.customer, id, undefined, told.at, told.net));
      } else if (told.kind === 'join') {
        if (told.customer === told.other) return;
        events.push(
          told.merged
            ? tell.merged(told.customer, [told.other], told.at)
            : tell.takenOver(told.other, told.customer, told.at.slice(0, 10), told.at),
        );
      } else if (told.kind === 'policy') {
        events.push(tell.thresholds(told.a, '0.6', '0.8', told.at.slice(0, 10)));
      } else {
        const order = orders[told.of % Math.max(orders.length, 1)];
        if (!order?.open) return;
        order.open = false;
        if (told.how === 'cancel') events.push(tell.cancelled(order.customer, order.id, told.at));
        else if (told.how === 'retract') events.push(tell.retracted(order.event, recordedAt));
        else events.push(tell.corrected(order.event, {}, recordedAt, told.at));
      }
    });
    return events;
  }

  it('equals what would be worked out anew, for every month and everything known', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(step, { minLength: 5, maxLength: 25 }),
        fc.array(fc.tuple(day, fc.nat(100)), { minLength: 4, maxLength: 4 }),
        async (steps, moments) => {
          const events = history(steps);
          const { reading } = await givenEvents(...events);
          for (const [asOf, share] of moments) {
            const at = { asOf, known: BigInt(5 + Math.round(((events.length - 5) * share) / 100)) };
            expect(await inForce(reading(at))).toEqual(await workedOut(reading(at)));
          }
          await closeAll();
        },
      ),
      { numRuns: 6 },
    );
  }, 300_000);
});
