import { localDay } from '../dates.js';
import type { Reading } from '../ports/read-side.js';

/** A segmentation that was finalised and has come to hold. */
export interface FinalisedRun {
  readonly runId: string;
  /** First day on which it held. */
  readonly effectiveFrom: string;
  readonly approver: string;
  /** Of its finalising. */
  readonly position: number | bigint;
}

export interface FinalisedRuns {
  /** Earliest first; the last one is in force. */
  readonly runs: readonly FinalisedRun[];
  /** What being one customer depends on, besides the day: part of a key. */
  readonly identity: string;
  /** Whether any policy known ranks by other than shares of the customers by revenue. */
  readonly otherPolicies: boolean;
}

/** @param at milliseconds since 1970 */
export async function finalisedRuns(reading: Reading, at: number = reading.asOf): Promise<FinalisedRuns> {
  const [row] = await reading.rows<{ runs: FinalisedRun[] | null; identity: string; otherPolicies: boolean }>(
    `SELECT
       (SELECT list({'run_id': run_id, 'effective_from': effective_from, 'approver': approver, 'position': position}
          ORDER BY effective_from) FROM segmentation_finalised(CAST($at AS TIMESTAMP), $known)) AS runs,
       (SELECT concat_ws(':', max(position), max(superseded_position) FILTER (WHERE superseded_position <= $known))
        FROM customer_identity WHERE position <= $known) AS identity,
       EXISTS (FROM value_policy
         WHERE known_now(position, superseded_position, $known)
           AND (coalesce(pyramid_by, 'revenue') <> 'revenue' OR coalesce(thresholds_of, 'customers') <> 'customers'))
         AS other_policies`,
    { at: new Date(at) },
  );
  if (!row) throw new Error('A row of figures is missing.');
  return {
    runs: row.runs ?? [],
    identity: `${localDay(at, reading.timeZone)}/${row.identity}`,
    otherPolicies: row.otherPolicies,
  };
}

/**
 * Table of where a run has each customer: see segmentation_member.
 * @param state what it depends on besides the run: who is one customer that day, and what was assigned and adjusted so far
 */
export function keptMembers(
  reading: Reading,
  runId: string,
  state: string,
  at: number = reading.asOf,
): Promise<string> {
  return reading.keep(
    'segmentation_member',
    `${runId}/${state}`,
    'FROM segmentation_member(CAST($at AS TIMESTAMP), $known, CAST($run AS UUID))',
    { at: new Date(at), run: runId },
  );
}
