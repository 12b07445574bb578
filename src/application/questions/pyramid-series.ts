import { DateTime } from 'luxon';
import { BadQuestion, type Question, type Unconverted } from '../ask.js';
import { localDay } from '../dates.js';
import type { Reading } from '../ports/read-side.js';
import { isPlain, keptRanking, type PyramidPolicy } from './ranking.js';
import { type Period, periodDays } from './value.js';

/** Amounts in minor units of the reporting currency, over the twelve months up to and including `on`. */
export interface PyramidPoint {
  /** Local day at whose end it is the pyramid: the last of a month, or that of asOf. */
  readonly on: string;
  readonly buyers: number;
  readonly revenue: number;
  /** A to D; those without customers are left out. */
  readonly segments: readonly {
    readonly segment: 'A' | 'B' | 'C' | 'D';
    readonly customers: number;
    readonly revenue: number;
    /** Of the buyers’ revenue; six places. */
    readonly revenueShare: number;
    /** What the last customer in it bought for. */
    readonly lowestRevenue: number;
  }[];
}

export interface PyramidSeries {
  readonly currency: string;
  readonly points: readonly PyramidPoint[];
}

/** Months that end in [from, to): from the first order to asOf when left out. */
export type PyramidSeriesParams = Period;

const mostMonths = 240;
const monthsAtOnce = 12;

interface Month {
  readonly on: string;
  readonly asOf: number;
  /** Counted from the year 0, as in revenue_step. */
  readonly number: number;
  readonly isWhole: boolean;
  readonly policy: PyramidPolicy;
  /** How many take-overs had come to hold: months with as many share who is whose. */
  readonly takeOvers: number;
}

/** The pyramid at the end of each month and, in the month of asOf, as of that: what the pyramid says as of then. */
export const pyramidSeries: Question<PyramidSeriesParams, PyramidSeries> = async (
  reading,
  params,
  { readSide, leaveOut },
) => {
  const months = await monthsOf(reading, params);
  const { currency } = reading;
  const [first] = months;
  const last = months.at(-1);
  if (!first || !last) return { currency, points: [] };
  leaveOut(
    await reading.rows<Unconverted>(
      `FROM unconverted_amounts($as_of, $known, CAST(CAST($first AS DATE) - INTERVAL 12 MONTH + INTERVAL 1 DAY AS DATE),
         CAST(CAST($last AS DATE) + 1 AS DATE))`,
      { first: first.on, last: last.on },
    ),
  );
  const points = new Map<string, PyramidPoint>();
  const rolling = months.filter(({ isWhole, policy }) => isWhole && isPlain(policy));
  const [state] =
    rolling.length > 0
      ? await reading.rows<{ position: number; occurredAt: string | null }>('FROM revenue_state($as_of, $known)')
      : [];
  const steps =
    rolling.length > 0
      ? await reading.keep(
          'revenue_step',
          `${state?.position}/${state?.occurredAt}`,
          `SELECT source, "month", CAST(sum(net) AS BIGINT) AS net
           FROM (
             SELECT source, unnest([enters, leaves]) AS "month", unnest([net, -net]) AS net
             FROM (
               SELECT source, enters, leaves, sum(net) AS net
               FROM revenue_step($as_of, $known)
               WHERE enters < leaves AND net <> 0
               GROUP BY ALL
             )
           )
           GROUP BY ALL`,
        )
      : '';
  for (let index = 0; index < rolling.length; ) {
    const { takeOvers } = rolling[index] as Month;
    const some = rolling.slice(index, index + monthsAtOnce).filter((month) => month.takeOvers === takeOvers);
    for (const point of await rolled(reading, steps, some)) points.set(point.on, point);
    index += some.length;
  }
  for (const { on, asOf } of months) {
    if (points.has(on)) continue;
    const then = readSide.reading({ asOf, known: reading.known });
    const ranking = await keptRanking(then);
    points.set(
      on,
      pointOf(on, await then.rows<Part>(`SELECT ${part} FROM ${ranking} WHERE segment IS NOT NULL GROUP BY segment`)),
    );
  }
  return { currency, points: months.map(({ on }) => points.get(on) as PyramidPoint) };
};

type Part = Pick<PyramidPoint['segments'][number], 'segment' | 'customers' | 'revenue' | 'lowestRevenue'>;

const part = `segment, count(*) AS customers, CAST(sum(revenue) AS BIGINT) AS revenue,
  CAST(min(revenue) AS BIGINT) AS lowest_revenue`;

function pointOf(on: string, parts: readonly Part[]): PyramidPoint {
  const buyers = parts.reduce((sum, { customers }) => sum + customers, 0);
  const revenue = parts.reduce((sum, one) => sum + one.revenue, 0);
  return {
    on,
    buyers,
    revenue,
    segments: [...parts]
      .sort((one, other) => (one.segment < other.segment ? -1 : 1))
      .map((one) => ({ ...one, revenueShare: Math.round((one.revenue / revenue) * 1_000_000) / 1_000_000 })),
  };
}

/** Pyramids of months that follow each other and have the same take-overs behind them. */
async function rolled(reading: Reading, steps: string, months: readonly Month[]): Promise<PyramidPoint[]> {
  const numbers = months.map(({ number }) => number);
  const rows = await reading.rows<Part & { number: number }>(
    `WITH
       policy AS MATERIALIZED (
         SELECT unnest(CAST($numbers AS INTEGER[])) AS number, unnest(CAST($a AS DECIMAL(9, 6)[])) AS a,
           unnest(CAST($b AS DECIMAL(9, 6)[])) AS b, unnest(CAST($c AS DECIMAL(9, 6)[])) AS c
       ),
       step AS (
         SELECT coalesce(effective, source) AS customer, greatest("month", CAST($first AS INTEGER)) AS number,
           sum(net) AS net
         FROM ${steps}
         LEFT JOIN same_customer(CAST($at AS TIMESTAMP), $known) AS same ON same.customer = source
         WHERE "month" <= CAST($last AS INTEGER)
         GROUP BY ALL
       ),
       level AS (
         SELECT number, CAST(sum(net) OVER rolling AS BIGINT) AS revenue,
           coalesce(lead(number) OVER rolling, CAST($last AS INTEGER) + 1) AS until
         FROM step
         WINDOW rolling AS (PARTITION BY customer ORDER BY number)
       ),
       ranked AS (
         SELECT number, revenue, row_number() OVER (PARTITION BY number ORDER BY revenue DESC) AS rank,
           count(*) OVER (PARTITION BY number) AS buyers
         FROM (SELECT unnest(range(number, until)) AS number, revenue FROM level WHERE revenue > 0)
       ),
       placed AS (
         SELECT number, revenue,
           CASE WHEN rank <= ceil(buyers * a) THEN 'A' WHEN rank <= ceil(buyers * b) THEN 'B'
             WHEN rank <= ceil(buyers * c) THEN 'C' ELSE 'D' END AS segment
         FROM ranked JOIN policy USING (number)
       )
     SELECT number, ${part} FROM placed GROUP BY number, segment`,
    {
      numbers,
      first: numbers[0],
      last: numbers.at(-1),
      at: new Date((months.at(-1) as Month).asOf),
      a: months.map(({ policy }) => String(policy.a)),
      b: months.map(({ policy }) => String(policy.b)),
      c: months.map(({ policy }) => String(policy.c)),
    },
  );
  const byMonth = Map.groupBy(rows, ({ number }) => number);
  return months.map(({ on, number }) =>
    pointOf(
      on,
      (byMonth.get(number) ?? []).map(({ number: _, ...one }) => one),
    ),
  );
}

async function monthsOf(reading: Reading, params: PyramidSeriesParams): Promise<Month[]> {
  const days = periodDays(params);
  const [row] = await reading.rows<{ first: string | null }>(
    'SELECT min(occurred_on) AS first FROM order_amount($as_of, $known)',
  );
  if (!row?.first) return [];
  const today = localDay(reading.asOf, reading.timeZone);
  const begin = params.from === undefined || params.from < row.first ? row.first : days.from;
  const instants: { on: string; asOf: number; number: number; isWhole: boolean }[] = [];
  for (
    let month = DateTime.fromISO(begin, { zone: reading.timeZone }).startOf('month');
    (month.toISODate() as string) <= today;
    month = month.plus({ months: 1 })
  ) {
    const end = month.plus({ months: 1 }).toMillis() - 1;
    const asOf = Math.min(end, reading.asOf);
    const on = localDay(asOf, reading.timeZone);
    if (on >= days.to) break;
    if (params.from !== undefined && on < params.from) continue;
    instants.push({ on, asOf, number: month.year * 12 + month.month, isWhole: asOf === end });
    if (instants.length > mostMonths) throw new BadQuestion('from', `gives more than ${mostMonths} months`);
  }
  if (instants.length === 0) return [];
  const begun = await reading.rows<{ day: string }>(
    `SELECT DISTINCT valid_from AS day FROM value_policy WHERE known_now(position, superseded_position, $known)`,
  );
  const stretchOf = (on: string) => begun.filter(({ day }) => day <= on).length;
  const policyOf = new Map<number, PyramidPolicy>();
  for (const { on, asOf } of instants) {
    if (policyOf.has(stretchOf(on))) continue;
    const [policy] = await reading.rows<PyramidPolicy>(
      `SELECT a, b, c, pyramid_by, thresholds_of, elements
       FROM pyramid_thresholds(CAST($at AS TIMESTAMP), $known)`,
      { at: new Date(asOf) },
    );
    policyOf.set(stretchOf(on), policy as PyramidPolicy);
  }
  const takeOvers = await reading.rows<{ day: string }>(
    `SELECT DISTINCT valid_from AS day FROM customer_identity
     WHERE valid_from IS NOT NULL AND known_now(position, superseded_position, $known)`,
  );
  return instants.map((instant) => ({
    ...instant,
    policy: policyOf.get(stretchOf(instant.on)) as PyramidPolicy,
    takeOvers: takeOvers.filter(({ day }) => day <= instant.on).length,
  }));
}
