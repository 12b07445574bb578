import type { Question } from '../ask.js';
import { limitOf, type Page, type Paging, pageOf, readCursor } from './paging.js';
import { type SegmentInForce, segmentsInForce } from './segment.js';

export interface CustomerSegment extends Pick<SegmentInForce, 'segment' | 'since' | 'adjusted'> {
  readonly customerId: string;
  /** The segmentation that put it there; null where the pyramid as of the first of the month did. */
  readonly runId: string | null;
}

const order = 'customer';

/** The segment in force of every customer that has one, by customer id. */
export const customerSegments: Question<Paging, Page<CustomerSegment>> = async (reading, params) => {
  const limit = limitOf(params);
  const [after = null] = readCursor(params, order) ?? [];
  const { table, run, members } = await segmentsInForce(reading);
  const rows = await reading.rows<CustomerSegment>(
    `SELECT customer_id, CAST(in_force.segment AS VARCHAR) AS segment, since,
       ${members ? 'if(in_force.position IS NOT NULL, CAST($run AS UUID), NULL)' : 'CAST(NULL AS UUID)'} AS run_id,
       ${members ? 'in_force.position IS NOT NULL AND coalesce(adjusted, false)' : 'false'} AS adjusted
     FROM ${table} AS in_force
     JOIN customer_key ON customer_key.customer = in_force.customer
     ${members ? `LEFT JOIN ${members} AS member ON member.customer = in_force.customer` : ''}
     WHERE $after IS NULL OR customer_id > CAST($after AS UUID)
     ORDER BY customer_id
     LIMIT CAST($limit AS BIGINT) + 1`,
    { after, limit, run: run?.runId ?? null },
  );
  return pageOf(rows, limit, order, ({ customerId }) => [customerId]);
};
