import { decimalText } from '../../domain/decimal.js';
import { Refused } from '../../domain/refused.js';
import { mustBePolicy, type PyramidBy, type ThresholdsOf, type ValuePolicy } from '../../domain/value-policy.js';
import { BadQuestion, type Question } from '../ask.js';
import { keptRevenueRanking, rankedBy } from './ranking.js';
import { schemeTables } from './scheme-tables.js';
import { policyInForce, rankingPolicy } from './segmentation-proposal.js';

/** What is not given stays as it is in force. */
export interface SegmentationWhatIfParams {
  readonly a?: string;
  readonly b?: string;
  readonly c?: string;
  readonly thresholdsOf?: ThresholdsOf;
  readonly pyramidBy?: PyramidBy;
  /** `element:weight`, for every group of customers. */
  readonly weights?: readonly string[];
  /** Visits a year to each customer of the segment. */
  readonly visitsA?: number;
  readonly visitsB?: number;
  readonly visitsC?: number;
  readonly visitsD?: number;
}

interface Figures {
  readonly customers: number;
  /** Net, of the twelve months up to and including the day of asOf, minor units of the reporting currency. */
  readonly revenue: number;
  /** By the schemes, of those whose relationship hasn't ended; a customer's own scheme stays as it is. */
  readonly visitsAYear: number;
}

export interface SegmentationWhatIf {
  readonly currency: string;
  readonly policy: ValuePolicy;
  readonly segments: readonly {
    readonly segment: 'A' | 'B' | 'C' | 'D' | 'none';
    /** In force. */
    readonly now: Figures;
    readonly tried: Figures;
  }[];
  /** Customers that would be in another segment. */
  readonly moved: number;
  readonly visitsAYear: { readonly now: number; readonly tried: number };
}

/** What other thresholds, weights or frequencies would mean in customers, visits and revenue, before anybody decides. */
export const segmentationWhatIf: Question<SegmentationWhatIfParams, SegmentationWhatIf> = async (reading, params) => {
  const policy = tried(await policyInForce(reading), params);
  const { base } = await keptRevenueRanking(reading);
  const [ranking, { segments, details }] = await Promise.all([
    rankedBy(reading, base, rankingPolicy(policy)),
    schemeTables(reading),
  ]);
  const { visitsA, visitsB, visitsC, visitsD } = params;
  const rows = await reading.rows<SegmentationWhatIf['segments'][number] & { moved: number }>(
    `WITH
       ended AS (
         SELECT customer FROM customer_end
         WHERE counts(occurred_at, position, superseded_position, $as_of, $known)
         GROUP BY customer
         HAVING arg_max(ended, latest_key(true, occurred_at, position))
       ),
       own AS (
         SELECT customer, coalesce(sum(CAST(times_per_year AS DECIMAL(18, 6))) FILTER (WHERE channel = 'visit'), 0) AS visits
         FROM ${details} WHERE basis = 'own' GROUP BY customer
       ),
       frequency AS (
         SELECT segment, sum(CAST(times_per_year AS DECIMAL(18, 6))) FILTER (WHERE channel = 'visit') AS visits
         FROM ${details} WHERE basis <> 'own' GROUP BY segment
       ),
       each AS MATERIALIZED (
         SELECT coalesce(was.customer, becomes.customer) AS customer, coalesce(was.segment, 'none') AS was,
           coalesce(becomes.segment, 'none') AS becomes, coalesce(sold.revenue, 0) AS revenue
         FROM (SELECT customer, CAST(segment AS VARCHAR) AS segment FROM ${segments.table}) AS was
         FULL JOIN (SELECT customer, segment FROM ${ranking} WHERE segment IS NOT NULL) AS becomes
           ON becomes.customer = was.customer
         LEFT JOIN ${base} AS sold ON sold.customer = coalesce(was.customer, becomes.customer)
       ),
       visited AS MATERIALIZED (
         SELECT was, becomes, revenue,
           if(ended.customer IS NULL, coalesce(own.visits, before.visits, 0), 0) AS visits_now,
           if(ended.customer IS NULL, coalesce(own.visits, CASE becomes
             WHEN 'A' THEN CAST($a AS DECIMAL(18, 6)) WHEN 'B' THEN CAST($b AS DECIMAL(18, 6))
             WHEN 'C' THEN CAST($c AS DECIMAL(18, 6)) WHEN 'D' THEN CAST($d AS DECIMAL(18, 6)) END, after.visits, 0), 0)
             AS visits_then
         FROM each
         LEFT JOIN ended ON ended.customer = each.customer
         LEFT JOIN own ON own.customer = each.customer
         LEFT JOIN frequency AS before ON before.segment = was
         LEFT JOIN frequency AS after ON after.segment = becomes
       )
     SELECT segment,
       {'customers': coalesce(sum(n) FILTER (WHERE now), 0), 'revenue': CAST(coalesce(sum(revenue) FILTER (WHERE now), 0) AS BIGINT),
         'visits_a_year': CAST(coalesce(sum(visits) FILTER (WHERE now), 0) AS DOUBLE)} AS "now",
       {'customers': coalesce(sum(n) FILTER (WHERE NOT now), 0), 'revenue': CAST(coalesce(sum(revenue) FILTER (WHERE NOT now), 0) AS BIGINT),
         'visits_a_year': CAST(coalesce(sum(visits) FILTER (WHERE NOT now), 0) AS DOUBLE)} AS tried,
       (SELECT count(*) FROM visited WHERE was <> becomes) AS moved
     FROM (
       SELECT was AS segment, true AS now, 1 AS n, revenue, visits_now AS visits FROM visited
       UNION ALL
       SELECT becomes, false, 1, revenue, visits_then FROM visited
     )
     GROUP BY segment
     ORDER BY segment`,
    { a: visitsA ?? null, b: visitsB ?? null, c: visitsC ?? null, d: visitsD ?? null },
  );
  const sum = (when: 'now' | 'tried') => rows.reduce((total, row) => total + row[when].visitsAYear, 0);
  return {
    currency: reading.currency,
    policy,
    segments: rows.map(({ moved: _, ...row }) => row),
    moved: rows[0]?.moved ?? 0,
    visitsAYear: { now: sum('now'), tried: sum('tried') },
  };
};

/** @throws BadQuestion */
function tried(inForce: ValuePolicy, params: SegmentationWhatIfParams): ValuePolicy {
  const { a, b, c, pyramidBy = inForce.pyramidBy, thresholdsOf = inForce.thresholdsOf, weights } = params;
  const { thresholds } = inForce;
  const policy: ValuePolicy = {
    ...inForce,
    thresholds: {
      a: decimalText(a ?? thresholds.a),
      b: decimalText(b ?? thresholds.b),
      c: decimalText(c ?? thresholds.c),
    },
    pyramidBy,
    thresholdsOf,
    ...(weights && { elements: [{ weights: weights.map(weightOf) }] }),
  };
  try {
    mustBePolicy(policy);
  } catch (error) {
    if (error instanceof Refused)
      throw new BadQuestion(error.path?.replace('thresholds.', '') ?? 'policy', error.message);
    throw error;
  }
  return policy;
}

function weightOf(text: string): { element: string; weight: string } {
  const [, element, weight] = /^(.+):(\d{1,9}(?:\.\d{1,3})?)$/.exec(text) ?? [];
  if (element === undefined || weight === undefined) {
    throw new BadQuestion('weights', 'must be element:weight, like relationship quality:2');
  }
  return { element, weight: decimalText(weight) };
}
