import { DateTime } from 'luxon';
import type { Reading } from '../ports/read-side.js';
import { isPlain, type PyramidPolicy, rankedBy, stateOf } from './ranking.js';
import { type FinalisedRun, type FinalisedRuns, finalisedRuns, keptMembers } from './segmentation-runs.js';

/** The segments that contact schemes follow, as a table to be named in SQL. */
export interface SegmentsInForce {
  /** First day of the month that they hold for. */
  readonly from: string;
  /** The segmentation that people decided on; undefined as long as the pyramid alone decides. */
  readonly run: FinalisedRun | undefined;
  /** Kept table of where that run has each customer, also in no segment: see segmentation_member. */
  readonly members: string | undefined;
  /**
   * Kept table (customer, segment 'A' to 'D', since, and with a run position): since is the day from which the customer has
   * had this segment without interruption: a month's first or a segmentation's. See segment_in_force.
   */
  readonly table: string;
  /** Kept table (customer, segment, since) of the pyramid as of the first of the month. */
  readonly pyramid: string;
  /** Kept table (customer, segment, revenue): net revenue of the twelve months that the segments rest on, minor units. */
  readonly ranking: string;
}

/** Where contact schemes have a customer. */
export interface SegmentInForce {
  readonly segment: 'A' | 'B' | 'C' | 'D';
  /** Day from which it has had it without interruption. */
  readonly since: string;
  /** The segmentation that put it there; null where the pyramid as of the first of the month did. */
  readonly segmentation: Pick<FinalisedRun, 'runId' | 'effectiveFrom' | 'approver'> | null;
  /** Whether somebody put it elsewhere than was proposed. */
  readonly adjusted: boolean;
}

/** Of one customer; null where it is in no segment. */
export async function segmentInForceOf(reading: Reading, customer: number): Promise<SegmentInForce | null> {
  const { table, run, members } = await segmentsInForce(reading);
  const [row] = await reading.rows<Pick<SegmentInForce, 'segment' | 'since'> & { decided: boolean; adjusted: boolean }>(
    `SELECT CAST(in_force.segment AS VARCHAR) AS segment, since,
       ${members ? 'in_force.position IS NOT NULL AS decided, coalesce(adjusted, false) AS adjusted' : 'false AS decided, false AS adjusted'}
     FROM ${table} AS in_force
     ${members ? `LEFT JOIN ${members} AS member ON member.customer = in_force.customer` : ''}
     WHERE in_force.customer = CAST($customer AS INTEGER)`,
    { customer },
  );
  if (!row) return null;
  const { decided, ...found } = row;
  return {
    ...found,
    segmentation:
      decided && run ? { runId: run.runId, effectiveFrom: run.effectiveFrom, approver: run.approver } : null,
  };
}

interface Month {
  /** First day. */
  readonly day: string;
  readonly startMs: number;
  /** Last position that can have changed a figure before the month began, 0 when there is none. */
  readonly touch: number | bigint;
  /** What contributions and scores before the month depend on; empty where no policy asks of them. */
  readonly state: string;
}

const QUARTER_OF_AN_HOUR = 900_000;
const TOUCHES_KEPT_TOGETHER = 131_072;

/**
 * Segments in force: those of the last finalised segmentation that has come to hold, as adjusted. Until there is one, and for
 * customers that it doesn't know: the pyramid as of the first day of the month, so that a segment doesn't change daily.
 * Customers without net revenue in the twelve months before are not in the pyramid.
 *
 * The pyramid counts what occurred before the month began, as known. It is kept under the month and the last known
 * position that can change a figure from before that, so what is kept equals what would be worked out anew.
 *
 * @param at the instant, milliseconds since 1970; that of the reading when left out
 */
export async function segmentsInForce(reading: Reading, at: number = reading.asOf): Promise<SegmentsInForce> {
  const start = DateTime.fromMillis(at, { zone: reading.timeZone }).startOf('month');
  const decided = await finalisedRuns(reading, at);
  const month = await monthOf(reading, start, decided);
  const run = decided.runs.at(-1);
  const [{ table, members, pyramid }, ranking] = await Promise.all([
    keepInForce(reading, at, decided, decided.runs, month, start),
    keepRanking(reading, month),
  ]);
  return { from: month.day, run, members, table, pyramid, ranking };
}

/** What was in force the day before a segmentation came to hold: a table like that of `segmentsInForce`. */
export async function segmentsBefore(reading: Reading, decided: FinalisedRuns, run: FinalisedRun): Promise<string> {
  const runs = decided.runs.slice(
    0,
    decided.runs.findIndex(({ runId }) => runId === run.runId),
  );
  return keepBefore(reading, reading.asOf, decided, runs, run.effectiveFrom);
}

async function monthOf(reading: Reading, start: DateTime, { otherPolicies }: FinalisedRuns): Promise<Month> {
  const startMs = start.toMillis();
  return {
    day: start.toISODate() as string,
    startMs,
    touch: await lastTouch(reading, start),
    state: otherPolicies ? await otherState(reading, startMs) : '',
  };
}

async function otherState(reading: Reading, startMs: number): Promise<string> {
  const states = [
    await stateOf(reading, 'cost_state', startMs - 1),
    await stateOf(reading, 'score_state', startMs - 1),
  ];
  return `/${states.join('/')}`;
}

/** Segments under the last of the runs, or the pyramid's when there is none, in a month. */
async function keepInForce(
  reading: Reading,
  at: number,
  decided: FinalisedRuns,
  runs: readonly FinalisedRun[],
  month: Month,
  start: DateTime,
): Promise<{ table: string; members: string | undefined; pyramid: string }> {
  const inMonth = await keepSegments(reading, month, () => monthsBefore(reading, start, decided));
  const run = runs.at(-1);
  if (!run) return { table: inMonth, members: undefined, pyramid: inMonth };
  const members = await keptMembers(reading, run.runId, `${decided.identity}/${run.position}`, at);
  const table = await reading.keep(
    `segments_of_${run.runId.replaceAll('-', '')}`,
    [members, inMonth, decided.identity, ...runs.map(({ position }) => position)].join('/'),
    async () => {
      const previous = await keepBefore(reading, at, decided, runs.slice(0, -1), run.effectiveFrom);
      return `FROM segment_in_force('${members}', '${inMonth}', '${previous}', CAST($day AS DATE))`;
    },
    { day: run.effectiveFrom },
  );
  return { table, members, pyramid: inMonth };
}

async function keepBefore(
  reading: Reading,
  at: number,
  decided: FinalisedRuns,
  runs: readonly FinalisedRun[],
  day: string,
): Promise<string> {
  const start = DateTime.fromISO(day, { zone: reading.timeZone }).minus({ days: 1 }).startOf('month');
  return (await keepInForce(reading, at, decided, runs, await monthOf(reading, start, decided), start)).table;
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

async function keepRanking(reading: Reading, { day, startMs, touch, state }: Month): Promise<string> {
  // Instants have milliseconds: this is the last one before the month.
  const at = startMs - 1;
  const before = { before: new Date(at) };
  const columns = `customer, CAST(segment AS ENUM('A', 'B', 'C', 'D')) AS segment, revenue`;
  const ranking = `SELECT ${columns} FROM segment_ranking(CAST($before AS TIMESTAMP), $known)`;
  if (!state) return reading.keep('segment_ranking', `${day}:${touch}`, ranking, before);
  return reading.keep(
    'segment_ranking',
    `${day}:${touch}${state}`,
    async () => {
      const [policy] = await reading.rows<PyramidPolicy>(
        'FROM pyramid_thresholds(CAST($before AS TIMESTAMP), $known)',
        before,
      );
      if (!policy || isPlain(policy)) return ranking;
      const base = await reading.keep(
        'segment_revenue',
        `${day}:${touch}`,
        `SELECT customer, revenue, cost, net_costed
         FROM customer_revenue(CAST($before AS TIMESTAMP), $known,
           CAST(local_day(CAST($before AS TIMESTAMP)) - INTERVAL 12 MONTH + INTERVAL 1 DAY AS DATE),
           CAST(local_day(CAST($before AS TIMESTAMP)) + 1 AS DATE))`,
        before,
      );
      return `SELECT ${columns} FROM ${await rankedBy(reading, base, policy, at)} WHERE segment IS NOT NULL`;
    },
    before,
  );
}

/** Each month builds on the one before it, so that the first question of a month costs one ranking. */
function keepSegments(reading: Reading, month: Month, before: () => Promise<readonly Month[]>): Promise<string> {
  return reading.keep(
    `segments_${monthName(month.day)}`,
    `${month.touch}${month.state}`,
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
async function monthsBefore(
  reading: Reading,
  start: DateTime,
  { otherPolicies }: FinalisedRuns,
): Promise<readonly Month[]> {
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
      months.push({ day: month.toISODate() as string, startMs, touch, state: '' });
    }
  }
  if (!otherPolicies) return months;
  return Promise.all(months.map(async (each) => ({ ...each, state: await otherState(reading, each.startMs) })));
}
