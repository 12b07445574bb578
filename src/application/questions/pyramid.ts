import type { PyramidBy, ThresholdsOf } from '../../domain/value-policy.js';
import type { Question } from '../ask.js';
import { limitOf, type Page, type Paging, pageOf, readCursor } from './paging.js';
import { rankingInForce, type Standing } from './ranking.js';

export const standings = [
  'A',
  'B',
  'C',
  'D',
  'inactive',
  'prospect',
  'suspect',
  'none',
] as const satisfies readonly Standing[];

/** Amounts in minor units of the reporting currency, over the twelve months up to and including the day of asOf. */
export interface PyramidSegment {
  readonly segment: Standing;
  readonly customers: number;
  readonly revenue: number;
  /** Of all revenue; null when there is none. */
  readonly revenueShare: number | null;
  /** Of the customers with revenue; null outside A to D. */
  readonly customerShare: number | null;
  /** Net less cost of what has a known cost. */
  readonly contribution: number;
  readonly contributionShare: number | null;
  /** Share of the revenue whose cost is known. */
  readonly contributionKnownShare: number | null;
  /** Rank of the last customer in it, and what that one bought for; null outside A to D and where it is empty. */
  readonly lastRank: number | null;
  readonly lowestRevenue: number | null;
  /** The least of what its customers are ranked by; null where none of them has a figure. */
  readonly lowestFigure: number | null;
}

export interface Pyramid {
  readonly currency: string;
  /** Local days of the window, both included. */
  readonly window: { readonly from: string; readonly to: string };
  /** What A, B and C end at: see `thresholdsOf`. */
  readonly thresholds: { readonly a: number; readonly b: number; readonly c: number };
  /** What customers are ranked by, and what the thresholds are shares of, or scores: as the value policy says. */
  readonly pyramidBy: PyramidBy;
  readonly thresholdsOf: ThresholdsOf;
  readonly buyers: number;
  readonly revenue: number;
  readonly segments: readonly PyramidSegment[];
}

/**
 * The customer pyramid over a rolling twelve months: buying customers ranked by net revenue, ties by customer id, in A, B,
 * C and D; the others inactive, prospect or suspect.
 */
export const pyramid: Question<Record<string, never>, Pyramid> = async (reading, _, { leaveOut }) => {
  const { table: ranking, policy, figure } = await rankingInForce(reading);
  const [segments, [frame], unconverted] = await Promise.all([
    reading.rows<PyramidSegment>(
      `SELECT segment, customers, revenue, revenue_share, customer_share, contribution, contribution_share,
         contribution_known_share, last_rank, lowest_revenue, lowest_figure
       FROM pyramid_summary($as_of, $known, '${ranking}')
       LEFT JOIN (
         SELECT segment, arg_max(${figure}, rank) AS lowest_figure FROM ${ranking}
         WHERE segment IS NOT NULL GROUP BY segment
       ) AS figured USING (segment)
       ORDER BY list_position(['A', 'B', 'C', 'D', 'inactive', 'prospect', 'suspect'], segment)`,
    ),
    reading.rows<{ window: Pyramid['window']; thresholds: Pyramid['thresholds'] }>(
      `SELECT {'from': CAST(local_day($as_of) - INTERVAL 12 MONTH + INTERVAL 1 DAY AS DATE), 'to': local_day($as_of)}
           AS "window",
         {'a': a, 'b': b, 'c': c} AS thresholds
       FROM pyramid_thresholds($as_of, $known)`,
    ),
    reading.rows<{ currency: string; amount: number }>(
      `FROM unconverted_amounts($as_of, $known,
         CAST(local_day($as_of) - INTERVAL 12 MONTH + INTERVAL 1 DAY AS DATE), CAST(local_day($as_of) + 1 AS DATE))`,
    ),
  ]);
  if (!frame) throw new Error('There are always thresholds.');
  leaveOut(unconverted);
  const buying = segments.filter(({ segment }) => segment.length === 1);
  return {
    currency: reading.currency,
    ...frame,
    pyramidBy: policy.pyramidBy,
    thresholdsOf: policy.thresholdsOf,
    buyers: buying.reduce((sum, { customers }) => sum + customers, 0),
    revenue: segments.reduce((sum, { revenue }) => sum + revenue, 0),
    segments,
  };
};

export interface PyramidMembersParams extends Paging {
  readonly segment?: Standing;
}

export interface PyramidMember {
  readonly customerId: string;
  readonly name: string | null;
  readonly segment: Standing;
  /** 1 is the best; null without net revenue. */
  readonly rank: number | null;
  readonly revenue: number;
  readonly contribution: number;
  /** What it is ranked by: see `pyramidBy`; null outside A to D, and where it has none. */
  readonly figure: number | null;
  readonly accountManager: string | null;
}

export interface PyramidMembers extends Page<PyramidMember>, Pick<Pyramid, 'currency' | 'pyramidBy' | 'thresholdsOf'> {}

/** Who is in the pyramid, or in one segment of it: best first, those without revenue after them by customer id. */
export const pyramidMembers: Question<PyramidMembersParams, PyramidMembers> = async (reading, params) => {
  const limit = limitOf(params);
  const order = `rank/${params.segment ?? ''}`;
  const [afterRank = 0, afterId = null] = readCursor(params, order) ?? [];
  const { table: ranking, policy, figure } = await rankingInForce(reading);
  const rows = await reading.rows<PyramidMember & { place: number }>(
    `WITH page AS (
       SELECT pyramid.customer, customer_id, segment, rank, revenue, net_costed - cost AS contribution,
         coalesce(rank, 9007199254740991) AS place
       FROM pyramid_from($as_of, $known, '${ranking}') AS pyramid
       JOIN customer_key ON customer_key.customer = pyramid.customer
       WHERE ($segment IS NULL OR segment = $segment)
         AND (place > CAST($after_rank AS BIGINT)
           OR (place = CAST($after_rank AS BIGINT) AND customer_id > CAST($after_id AS UUID)))
       ORDER BY place, customer_id
       LIMIT CAST($limit AS BIGINT) + 1
     )
     SELECT customer_id, named.name, page.segment, page.rank, page.revenue, contribution, figured.figure,
       manager.rep_id AS account_manager, place
     FROM page
     LEFT JOIN (SELECT customer, ${figure} AS figure FROM ${ranking} WHERE segment IS NOT NULL) AS figured
       ON figured.customer = page.customer
     LEFT JOIN (SELECT customer, name FROM customer_profile($as_of, $known)) AS named ON named.customer = page.customer
     LEFT JOIN account_manager($as_of, $known) AS manager ON manager.customer = page.customer
     ORDER BY place, customer_id`,
    { segment: params.segment ?? null, after_rank: afterRank, after_id: afterId, limit },
  );
  return {
    currency: reading.currency,
    pyramidBy: policy.pyramidBy,
    thresholdsOf: policy.thresholdsOf,
    ...pageOf(
      rows,
      limit,
      order,
      (row) => [row.place, row.customerId],
      ({ place: _, ...member }): PyramidMember => member,
    ),
  };
};
