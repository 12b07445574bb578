import { decimalText, optionalDecimal } from '../../domain/decimal.js';
import type { Assignment } from '../../domain/segmentation.js';
import type { ValuePolicy } from '../../domain/value-policy.js';
import type { Question, Unconverted } from '../ask.js';
import type { Reading } from '../ports/read-side.js';
import { keptRevenueRanking, type PyramidPolicy, rankedBy } from './ranking.js';

/** Whole, as a segmentation keeps it: in force on the day of the reading, with the defaults where none was ever set. */
export async function policyInForce(reading: Reading): Promise<ValuePolicy> {
  const [row] = await reading.rows<
    PyramidPolicy & {
      discountRate: number | string | null;
      horizonYears: number | null;
      minimumRepeaters: number | null;
      ruled: boolean;
    }
  >('SELECT *, position > 0 AS ruled FROM pyramid_thresholds($as_of, $known)');
  if (!row) throw new Error('There are always thresholds.');
  const { a, b, c, pyramidBy, thresholdsOf, elements, discountRate, horizonYears, minimumRepeaters } = row;
  return {
    thresholds: { a: decimalText(a), b: decimalText(b), c: decimalText(c) },
    pyramidBy,
    thresholdsOf,
    ...(elements != null && { elements: elements as ValuePolicy['elements'] }),
    ...(discountRate != null && { discountRate: optionalDecimal(discountRate) }),
    ...(horizonYears != null && { horizonYears }),
    ...(minimumRepeaters != null && { minimumRepeaters }),
  };
}

export function rankingPolicy({ thresholds, pyramidBy, thresholdsOf, elements }: ValuePolicy): PyramidPolicy {
  return {
    ...thresholds,
    pyramidBy: pyramidBy ?? 'revenue',
    thresholdsOf: thresholdsOf ?? 'customers',
    elements: elements ?? null,
  };
}

export interface ProposalParams {
  readonly policy?: ValuePolicy;
  /** Only customers with a higher rank, and how many of them; all when left out. */
  readonly after?: number;
  readonly limit?: number;
}

export interface Proposal {
  readonly policy: ValuePolicy;
  /** Best first. Whom nobody scored has the figure 0, below every score. */
  readonly assignments: readonly Assignment[];
}

/**
 * The segments that a policy gives: those of the customer pyramid as of the reading's day. The same two dates and policy give
 * the same again, so that a large base can be asked for in parts.
 */
export const proposal: Question<ProposalParams, Proposal> = async (
  reading,
  { policy: tried, after = 0, limit },
  { leaveOut },
) => {
  const policy = tried ?? (await policyInForce(reading));
  const { base } = await keptRevenueRanking(reading);
  const ranking = await rankedBy(reading, base, rankingPolicy(policy));
  const [rows, unconverted] = await Promise.all([
    reading.rows<Assignment>(
      `SELECT customer_id, segment, coalesce(CAST(figure AS VARCHAR), '0') AS figure, rank
       FROM ${ranking} JOIN customer_key USING (customer)
       WHERE segment IS NOT NULL AND rank > CAST($after AS BIGINT)
         AND ($upto IS NULL OR rank <= CAST($upto AS BIGINT))
       ORDER BY rank`,
      { after, upto: limit === undefined ? null : after + limit },
    ),
    after > 0
      ? []
      : reading.rows<Unconverted>(
          `FROM unconverted_amounts($as_of, $known,
             CAST(local_day($as_of) - INTERVAL 12 MONTH + INTERVAL 1 DAY AS DATE), CAST(local_day($as_of) + 1 AS DATE))`,
        ),
  ]);
  leaveOut(unconverted);
  return { policy, assignments: rows.map((row) => ({ ...row, figure: decimalText(row.figure) })) };
};
