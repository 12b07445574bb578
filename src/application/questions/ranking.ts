import { DateTime } from 'luxon';
import type { PyramidBy, ThresholdsOf } from '../../domain/value-policy.js';
import { localDay } from '../dates.js';
import type { Reading } from '../ports/read-side.js';
import { finalisedRuns, keptMembers } from './segmentation-runs.js';

/** Place of a customer; `none` where people put it in no segment. */
export type Standing = 'A' | 'B' | 'C' | 'D' | 'inactive' | 'prospect' | 'suspect' | 'none';

/** What of a value policy makes the pyramid. */
export interface PyramidPolicy {
  readonly a: number | string;
  readonly b: number | string;
  readonly c: number | string;
  readonly pyramidBy: PyramidBy;
  readonly thresholdsOf: ThresholdsOf;
  /** As the policy has them. */
  readonly elements: unknown;
}

/** Shares of the customers by revenue: what pyramid_ranking works out by itself. */
export const isPlain = ({ pyramidBy, thresholdsOf }: Pick<PyramidPolicy, 'pyramidBy' | 'thresholdsOf'>) =>
  pyramidBy === 'revenue' && thresholdsOf === 'customers';

/**
 * Name of the table that keeps the pyramid's ranking for a reading, for `pyramid_from` in SQL. Two readings share it when
 * nothing that can change it lies between them: same local day, same last revenue fact; and where the policy ranks by
 * contribution or score, the same costs or scores.
 */
export async function keptRanking(reading: Reading, nearby?: Nearby): Promise<string> {
  return (await rankingInForce(reading, nearby)).table;
}

/** Likewise, with the policy in force, and with SQL for the figure of the table that customers are ranked by. */
export async function rankingInForce(
  reading: Reading,
  nearby?: Nearby,
): Promise<{ table: string; policy: PyramidPolicy; figure: 'revenue' | 'figure' }> {
  const { base, policy } = await keptRevenueRanking(reading, nearby);
  return isPlain(policy)
    ? { table: base, policy, figure: 'revenue' }
    : { table: await rankedBy(reading, base, policy), policy, figure: 'figure' };
}

/** The ranking by revenue, with the policy in force: what a ranking by any other policy begins with. */
export async function keptRevenueRanking(
  reading: Reading,
  nearby?: Nearby,
): Promise<{ base: string; policy: PyramidPolicy }> {
  const [state] = await reading.rows<PyramidPolicy & { touch: number; touchedAt: string | null }>(
    `SELECT touch.position AS touch, touch.occurred_at AS touched_at, a, b, c, pyramid_by, thresholds_of, elements
     FROM revenue_state($as_of, $known) AS touch, pyramid_thresholds($as_of, $known)`,
  );
  if (!state) throw new Error('There are always thresholds.');
  const { touch, touchedAt, ...policy } = state;
  const today = localDay(reading.asOf, reading.timeZone);
  const { table, from } = begunWith(today, nearby);
  return {
    base: await reading.keep(
      'pyramid_ranking',
      [today, touch, touchedAt].join('/'),
      `SELECT * FROM pyramid_ranking($as_of, $known, '${table}', CAST($nearby AS DATE))`,
      { nearby: from },
    ),
    policy,
  };
}

/** What a ranking may begin with instead of going through twelve months itself: it gives the same, sooner. */
export interface Nearby {
  readonly days: { readonly from: string; readonly to: string };
  /** Kept table: see the view contribution_by_source. */
  readonly bySource: string;
}

const nearDays = 31;

function begunWith(today: string, nearby: Nearby | undefined): { table: string; from: string | null } {
  const none = { table: 'nothing_bought', from: null };
  if (!nearby || nearby.days.to <= today) return none;
  const first = DateTime.fromISO(today, { zone: 'utc' }).minus({ months: 12 }).plus({ days: 1 });
  const apart = Math.abs(DateTime.fromISO(nearby.days.from, { zone: 'utc' }).diff(first, 'days').days);
  return apart <= nearDays ? { table: nearby.bySource, from: nearby.days.from } : none;
}

/**
 * Table with the ranking by a policy, in force or tried out: see pyramid_ranking_by.
 * @param base kept table of the customers with their revenue, cost and net_costed over the twelve months
 * @param at end of the twelve months, milliseconds since 1970
 */
export async function rankedBy(
  reading: Reading,
  base: string,
  policy: PyramidPolicy,
  at: number = reading.asOf,
): Promise<string> {
  const { a, b, c, thresholdsOf } = policy;
  const figures = await keptFigures(reading, base, policy, at);
  const threshold = (name: string) => `CAST($${name} AS DECIMAL(9, 6))`;
  return reading.keep(
    'pyramid_ranking_by',
    [base, figures, thresholdsOf, a, b, c].join('/'),
    `FROM pyramid_ranking_by('${base}', '${figures}', CAST($of AS VARCHAR), ${['a', 'b', 'c'].map(threshold).join(', ')})`,
    { of: thresholdsOf, a: String(a), b: String(b), c: String(c) },
  );
}

async function keptFigures(reading: Reading, base: string, policy: PyramidPolicy, at: number): Promise<string> {
  const when = { at: new Date(at) };
  switch (policy.pyramidBy) {
    case 'revenue':
      return reading.keep('pyramid_revenue', base, `SELECT customer, revenue AS figure FROM ${base}`);
    case 'contribution': {
      const state = await stateOf(reading, 'cost_state', at);
      return reading.keep(
        'pyramid_contribution',
        `${base}/${state}`,
        `FROM pyramid_contribution(CAST($at AS TIMESTAMP), $known, '${base}')`,
        when,
      );
    }
    case 'score': {
      const elements = JSON.stringify(policy.elements ?? []);
      const state = await stateOf(reading, 'score_state', at);
      return reading.keep(
        'pyramid_score',
        `${base}/${state}/${elements}`,
        'FROM pyramid_score(CAST($at AS TIMESTAMP), $known, CAST($elements AS JSON))',
        { ...when, elements },
      );
    }
    default:
      return policy.pyramidBy satisfies never;
  }
}

/** What contributions or scores as of an instant depend on, for a key. */
export async function stateOf(reading: Reading, view: 'cost_state' | 'score_state', at: number): Promise<string> {
  const [state] = await reading.rows<Record<string, unknown>>(`FROM ${view}(CAST($at AS TIMESTAMP), $known)`, {
    at: new Date(at),
  });
  return Object.values(state ?? {}).join(':');
}

/**
 * Like the kept ranking, with the segments of the segmentation in force in the place of the pyramid's own for the customers
 * that it knows: what lists are filtered and grouped by. The ranking itself as long as no segmentation is in force.
 */
export async function keptStanding(reading: Reading, nearby?: Nearby): Promise<string> {
  const [ranking, { runs, identity }] = await Promise.all([keptRanking(reading, nearby), finalisedRuns(reading)]);
  const run = runs.at(-1);
  if (!run) return ranking;
  const members = await keptMembers(reading, run.runId, `${identity}/${run.position}`);
  return reading.keep('standing', `${ranking}/${members}`, `FROM standing_from('${ranking}', '${members}')`);
}
