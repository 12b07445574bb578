import { DateTime } from 'luxon';
import type { Reading } from '../ports/read-side.js';

/** The segments that contact schemes follow, as a table to be named in SQL. */
export interface SegmentsInForce {
  /** First day of the month that they hold for. */
  readonly from: string;
  /** Kept table (customer, segment 'A' to 'D', since): since is the month start at which the customer got this segment. */
  readonly table: string;
  /** Kept table (customer, segment, revenue): net revenue of the twelve months that the segments rest on, minor units. */
  readonly ranking: string;
}

interface Month {
  /** First day. */
  readonly day: string;
  readonly startMs: number;
  /** Last position that can have changed a figure before the month began, 0 when there is none. */
  readonly touch: number | bigint;
}

const QUARTER_OF_AN_HOUR = 900_000;
const TOUCHES_KEPT_TOGETHER = 131_072;

/**
 * Segments in force: until a segmentation is finalised, the pyramid as of the first day of the month, so that a segment
 * doesn't change daily. Customers without net revenue in the twelve months before are not in it.
 *
 * The pyramid counts what occurred before the month began, as known. It is kept under the month and the last known
 * position that can change a figure from before that, so what is kept equals what would be worked out anew.
 *
 * @param at the month's instant, milliseconds since 1970; that of the reading when left out
 */
export async function segmentsInForce(reading: Reading, at: number = reading.asOf): Promise<SegmentsInForce> {
  const start = DateTime.fromMillis(at, { zone: reading.timeZone }).startOf('month');
  const month: Month = {
    day: start.toISODate() as string,
    startMs: start.toMillis(),
    touch: await lastTouch(reading, start),
  };
  const table = await keepSegments(reading, month, () => monthsBefore(reading, start));
  return { from: month.day, table, ranking: await keepRanking(reading, month) };
}

/** Up to a position that seldom moves the answer is kept; only what came after is looked through. */
async function lastTouch(reading: Reading, start: DateTime): Promise<number | bigint> {
  const before = { start: start.toJSDate() };
  const [row] = await reading.rows<{ base: number | bigint }>(
    `SELECT position AS base FROM revenue_touch
     WHERE rowid = (SELECT count(*) FROM revenue_touch) // ${TOUCHES_KEPT_TOGETHER} * ${TOUCHES_KEPT_TOGETHER} - 1
       AND position <= $known`,
  );
  const base = row?.base ?? 0;
  const kept = await reading.keep(
    `touch_before_${monthName(start.toISODate() as string)}`,
    String(base),
    `SELECT coalesce(max(position), 0) AS touch FROM revenue_touch
     WHERE position <= CAST($base AS BIGINT) AND occurred_at < CAST($start AS TIMESTAMP)`,
    { ...before, base },
  );
  const [last] = await reading.rows<{ touch: number | bigint }>(
    `SELECT greatest((SELECT touch FROM ${kept}), coalesce(max(position), 0)) AS touch FROM revenue_touch
     WHERE position > CAST($base AS BIGINT) AND position <= $known AND occurred_at < CAST($start AS TIMESTAMP)`,
    { ...before, base },
  );
  return last?.touch ?? 0;
}

const monthName = (day: string) => day.slice(0, 7).replace('-', '_');

function keepRanking(reading: Reading, { day, startMs, touch }: Month): Promise<string> {
  return reading.keep(
    'segment_ranking',
    `${day}:${touch}`,
    `SELECT customer, CAST(segment AS ENUM('A', 'B', 'C', 'D')) AS segment, revenue
     FROM segment_ranking(CAST($before AS TIMESTAMP), $known)`,
    // Instants have milliseconds: this is the last one before the month.
    { before: new Date(startMs - 1) },
  );
}

/** Each month builds on the one before it, so that the first question of a month costs one ranking. */
function keepSegments(reading: Reading, month: Month, before: () => Promise<readonly Month[]>): Promise<string> {
  return reading.keep(
    `segments_${monthName(month.day)}`,
    String(month.touch),
    async () => {
      const earlier = await before();
      const ranking = await keepRanking(reading, month);
      const last = earlier.at(-1);
      if (!last) return `SELECT customer, segment, CAST($day AS DATE) AS since FROM ${ranking}`;
      const previous = await keepSegments(reading, last, () => Promise.resolve(earlier.slice(0, -1)));
      return `
        SELECT ranking.customer, ranking.segment, coalesce(previous.since, CAST($day AS DATE)) AS since
        FROM ${ranking} AS ranking
        LEFT JOIN ${previous} AS previous
          ON previous.customer = ranking.customer AND previous.segment = ranking.segment`;
    },
    { day: month.day },
  );
}

/**
 * The months before one, earliest first, as far back as somebody had a segment without interruption: in a month after
 * twelve without orders nobody has one.
 */
async function monthsBefore(reading: Reading, start: DateTime): Promise<readonly Month[]> {
  // Grouped by quarter of an hour first: months begin at local midnight, which is a whole one of those in every zone.
  const spans = await reading.rows<{ span: number; touch: number | bigint }>(
    `SELECT epoch_ms(occurred_at) // ${QUARTER_OF_AN_HOUR} AS span, max(position) AS touch
     FROM revenue_touch
     WHERE position <= $known AND occurred_at < CAST($start AS TIMESTAMP) AND isfinite(occurred_at)
     GROUP BY span
     ORDER BY span`,
    { start: start.toJSDate() },
  );
  const [always] = await reading.rows<{ touch: number | bigint }>(
    'SELECT coalesce(max(position), 0) AS touch FROM revenue_touch WHERE position <= $known AND NOT isfinite(occurred_at)',
  );
  const first = spans[0];
  if (!first) return [];
  const months: Month[] = [];
  let touch = always?.touch ?? 0;
  let next = 0;
  let lastActive = Number.NEGATIVE_INFINITY;
  let month = DateTime.fromMillis(first.span * QUARTER_OF_AN_HOUR, { zone: reading.timeZone }).startOf('month');
  while (month < start) {
    month = month.plus({ months: 1 });
    const startMs = month.toMillis();
    for (let span = spans[next]; span && span.span * QUARTER_OF_AN_HOUR < startMs; span = spans[++next]) {
      if (span.touch > touch) touch = span.touch;
      lastActive = span.span * QUARTER_OF_AN_HOUR;
    }
    if (lastActive < month.minus({ months: 12, days: 1 }).toMillis()) {
      months.length = 0;
      const following = spans[next];
      if (!following) return [];
      month = DateTime.fromMillis(following.span * QUARTER_OF_AN_HOUR, { zone: reading.timeZone }).startOf('month');
    } else if (month < start) {
      months.push({ day: month.toISODate() as string, startMs, touch });
    }
  }
  return months;
}
