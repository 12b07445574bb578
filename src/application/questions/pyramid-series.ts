import { DateTime } from 'luxon';
import { BadQuestion, type Question, type Unconverted } from '../ask.js';
import { localDay } from '../dates.js';
import type { Reading } from '../ports/read-side.js';
import { contributionOfRow } from './contribution.js';
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
    /** What its customers contributed: where asked. See ContributionFigures. */
    readonly contribution?: number;
  }[];
}

export interface PyramidSeries {
  readonly currency: string;
  readonly points: readonly PyramidPoint[];
}

/** Months that end in [from, to): from the first order to asOf when left out. */
export interface PyramidSeriesParams extends Period {
  /** With what each segment contributed, which takes far longer. */
  readonly contribution?: boolean;
}

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
  const rolling = params.contribution ? [] : months.filter(({ isWhole, policy }) => isWhole && isPlain(policy));
  for (const same of Map.groupBy(rolling, ({ takeOvers }) => takeOvers).values()) {
    const levels = await keptLevels(reading, same.at(-1) as Month);
    for (let index = 0; index < same.length; index += monthsAtOnce) {
      const some = same.slice(index, index + monthsAtOnce);
      for (const point of await rolled(reading, levels, some)) points.set(point.on, point);
    }
  }
  for (const { on, asOf } of months) {
    if (points.has(on)) continue;
    const then = readSide.reading({ asOf, known: reading.known });
    points.set(on, pointOf(on, await ranked(then, params.contribution)));
  }
  return { currency, points: months.map(({ on }) => points.get(on) as PyramidPoint) };
};

type Part = Pick<
  PyramidPoint['segments'][number],
  'segment' | 'customers' | 'revenue' | 'lowestRevenue' | 'contribution'
>;

/** The pyramid as of a reading, as its own ranking has it. */
async function ranked(reading: Reading, contribution: boolean | undefined): Promise<Part[]> {
  const ranking = await keptRanking(reading);
  const last = DateTime.fromISO(localDay(reading.asOf, reading.timeZone), { zone: 'utc' });
  return reading.rows<Part>(
    `SELECT segment, count(*) AS customers, CAST(sum(revenue) AS BIGINT) AS revenue,
       CAST(min(revenue) AS BIGINT) AS lowest_revenue
       ${contribution ? ', CAST(coalesce(sum(contribution), 0) AS BIGINT) AS contribution' : ''}
     FROM ${ranking} AS ranking
     ${
       contribution
         ? `LEFT JOIN (
              SELECT coalesce(effective, source) AS customer, sum(${contributionOfRow}) AS contribution
              FROM contribution_by_source($as_of, $known, CAST($from AS DATE), CAST($to AS DATE))
              LEFT JOIN same_customer($as_of, $known) AS same ON same.customer = source
              GROUP BY ALL
            ) AS account USING (customer)`
         : ''
     }
     WHERE segment IS NOT NULL
     GROUP BY segment`,
    {
      from: last.minus({ months: 12 }).plus({ days: 1 }).toISODate(),
      to: last.plus({ days: 1 }).toISODate(),
    },
  );
}

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

/**
 * Kept table of what each customer had bought for in the twelve months up to the ends of the months [number, until), where
 * that is more than nothing. Who is whose is as of the given month.
 */
async function keptLevels(reading: Reading, { asOf, takeOvers }: Month): Promise<string> {
  const [state] = await reading.rows<{ position: number; occurredAt: string | null }>(
    'FROM revenue_state($as_of, $known)',
  );
  return reading.keep(
    'revenue_level',
    `${state?.position}/${state?.occurredAt}/${takeOvers}`,
    'SELECT * FROM revenue_level($as_of, $known, CAST($at AS TIMESTAMP))',
    { at: new Date(asOf) },
  );
}

/**
 * Pyramids of months that have the same take-overs behind them. Sorted as lists, a quarter of the time that a window takes;
 * which of two customers with the same revenue comes first makes no difference to any figure.
 */
async function rolled(reading: Reading, levels: string, months: readonly Month[]): Promise<PyramidPoint[]> {
  const numbers = months.map(({ number }) => number);
  const rows = await reading.rows<Part & { number: number }>(
    `WITH
       policy AS MATERIALIZED (
         SELECT unnest(CAST($numbers AS INTEGER[])) AS number, unnest(CAST($a AS DECIMAL(9, 6)[])) AS a,
           unnest(CAST($b AS DECIMAL(9, 6)[])) AS b, unnest(CAST($c AS DECIMAL(9, 6)[])) AS c
       ),
       sorted AS (
         SELECT number, list_reverse_sort(list(revenue)) AS revenues
         FROM (
           SELECT revenue, unnest(range(greatest(number, CAST($first AS INTEGER)), least(until, CAST($last AS INTEGER) + 1)))
             AS number
           FROM ${levels}
           WHERE number <= CAST($last AS INTEGER) AND until > CAST($first AS INTEGER)
         )
         GROUP BY number
       ),
       bounded AS (
         SELECT number, revenues, CAST(ceil(len(revenues) * a) AS BIGINT) AS last_a,
           CAST(ceil(len(revenues) * b) AS BIGINT) AS last_b, CAST(ceil(len(revenues) * c) AS BIGINT) AS last_c
         FROM sorted JOIN policy USING (number)
       ),
       placed AS (
         SELECT number, unnest(['A', 'B', 'C', 'D']) AS segment,
           unnest([revenues[1:last_a], revenues[last_a + 1:last_b], revenues[last_b + 1:last_c], revenues[last_c + 1:]])
             AS revenues
         FROM bounded
       )
     SELECT number, segment, len(revenues) AS customers, CAST(list_sum(revenues) AS BIGINT) AS revenue,
       revenues[-1] AS lowest_revenue
     FROM placed
     WHERE len(revenues) > 0`,
    {
      numbers,
      first: numbers[0],
      last: numbers.at(-1),
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
