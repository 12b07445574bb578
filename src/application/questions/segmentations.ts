import type { Placing } from '../../domain/segmentation.js';
import type { ValuePolicy } from '../../domain/value-policy.js';
import { NotFound, type Question } from '../ask.js';
import type { Reading } from '../ports/read-side.js';
import { limitOf, type Page, type Paging, pageOf, readCursor } from './paging.js';
import { segmentsBefore, segmentsInForce } from './segment.js';
import { finalisedRuns, keptMembers } from './segmentation-runs.js';

/** One run of the segmentation as people do it: proposed, adjusted, then finalised or discarded. */
export interface Segmentation {
  readonly runId: string;
  /** `incomplete` until every part is there: the same proposal again goes on with it. */
  readonly status: 'incomplete' | 'proposed' | 'finalised' | 'discarded';
  /** Whether contact schemes follow it. */
  readonly inForce: boolean;
  readonly proposedAt: string;
  /** What it rests on: how things stood then, as known at that position, under this policy. */
  readonly asOf: string;
  readonly knownAt: string;
  readonly policy: ValuePolicy;
  readonly customers: number;
  readonly parts: number;
  /** Customers whose segment is there. */
  readonly assigned: number;
  /** As proposed, before adjustments. */
  readonly proposed: Readonly<Record<'A' | 'B' | 'C' | 'D', number>>;
  /** Customers put elsewhere by hand. */
  readonly adjustments: number;
  /** When it was finalised or discarded. */
  readonly settledAt: string | null;
  readonly effectiveFrom: string | null;
  readonly approver: string | null;
  /** Why it was discarded; sealed in the log, null when it was erased. */
  readonly reason: unknown;
}

interface Listed extends Omit<Segmentation, 'inForce' | 'proposed'> {
  readonly proposedSegments: Readonly<Record<'a' | 'b' | 'c' | 'd', number>>;
  readonly proposedPosition: number;
  readonly digest: string;
  readonly state: string;
}

const shown = (
  { proposedSegments: { a, b, c, d }, proposedPosition: _, digest: __, state: ___, ...run }: Listed,
  inForce: string | undefined,
): Segmentation => ({ ...run, inForce: run.runId === inForce, proposed: { A: a, B: b, C: c, D: d } });

/** Every run, the one proposed last first. */
export const segmentations: Question<Paging, Page<Segmentation>> = async (reading, params) => {
  const limit = limitOf(params);
  const [before = null] = readCursor(params, 'proposed') ?? [];
  const [rows, { runs }] = await Promise.all([
    reading.rows<Listed>(
      `FROM segmentation_listed($as_of, $known)
       WHERE $before IS NULL OR proposed_position < CAST($before AS BIGINT)
       ORDER BY proposed_position DESC
       LIMIT CAST($limit AS BIGINT) + 1`,
      { before, limit },
    ),
    finalisedRuns(reading),
  ]);
  const inForce = runs.at(-1)?.runId;
  return pageOf(
    rows,
    limit,
    'proposed',
    (row) => [row.proposedPosition],
    (row) => shown(row, inForce),
  );
};

interface Run {
  readonly listed: Listed;
  readonly members: string;
}

/** @throws NotFound */
async function runOf(reading: Reading, runId: string): Promise<Run> {
  const [[listed], { identity }] = await Promise.all([
    reading.rows<Listed>('FROM segmentation_listed($as_of, $known) WHERE run_id = CAST($run AS UUID)', { run: runId }),
    finalisedRuns(reading),
  ]);
  if (!listed) throw new NotFound(`There is no segmentation ${runId}.`);
  return { listed, members: await keptMembers(reading, listed.runId, `${identity}/${listed.state}`) };
}

export interface SegmentationParams extends Paging {
  readonly runId: string;
  /** Only customers that the run has there. */
  readonly segment?: Placing;
  /** Only customers that are elsewhere without the run; or only those that are not. */
  readonly moved?: boolean;
  readonly adjusted?: boolean;
}

export interface SegmentationMember {
  readonly customerId: string;
  readonly name: string | null;
  /** Where it is with the run, as adjusted. */
  readonly segment: Placing;
  /** Where it is without it. */
  readonly without: Placing;
  /** By the policy; null for a customer that the run doesn't know: the pyramid's place holds for it. */
  readonly proposed: Placing | null;
  /** What it was ranked by: minor units of the reporting currency, or a score. */
  readonly figure: number | string | null;
  readonly rank: number | null;
  readonly adjusted: boolean;
}

export interface SegmentationDetail extends Segmentation, Page<SegmentationMember> {
  /** As adjusted. */
  readonly segments: readonly {
    readonly segment: Placing;
    readonly customers: number;
    readonly proposed: number;
    readonly lastRank: number | null;
    readonly lowestFigure: number | string | null;
  }[];
  /**
   * What it is compared with: the segmentation in force, for a finalised one that in force the day before it came to hold;
   * null where the pyramid alone decides.
   */
  readonly against: { readonly runId: string; readonly effectiveFrom: string } | null;
  /** How many are elsewhere without it, from where to where. */
  readonly moves: readonly { readonly from: Placing; readonly to: Placing; readonly customers: number }[];
}

/** A run in detail: its distribution, who moves by it, and its customers, best first. */
export const segmentation: Question<SegmentationParams, SegmentationDetail> = async (reading, params) => {
  const limit = limitOf(params);
  const { runId, segment, moved, adjusted } = params;
  const order = ['members', segment, moved, adjusted].join('/');
  const [afterRank = 0, afterId = null] = readCursor(params, order) ?? [];
  const [{ listed, members }, decided, now] = await Promise.all([
    runOf(reading, runId),
    finalisedRuns(reading),
    segmentsInForce(reading),
  ]);
  const place = decided.runs.findIndex((run) => run.runId === listed.runId);
  const run = decided.runs[place];
  const against = run ? decided.runs[place - 1] : now.run;
  const before = run ? await segmentsBefore(reading, decided, run) : now.table;
  const placed = `segment_moved('${members}', '${before}', '${now.pyramid}')`;
  const [segments, moves, rows] = await Promise.all([
    reading.rows<SegmentationDetail['segments'][number]>(
      `SELECT segment, count(*) FILTER (WHERE now) AS customers, count(*) FILTER (WHERE NOT now) AS proposed,
         max(rank) FILTER (WHERE NOT now) AS last_rank, min(figure) FILTER (WHERE NOT now) AS lowest_figure
       FROM (
         SELECT segment, true AS now, rank, figure FROM ${members}
         UNION ALL
         SELECT proposed, false, rank, figure FROM ${members}
       )
       WHERE segment IS NOT NULL
       GROUP BY segment
       ORDER BY segment`,
    ),
    reading.rows<SegmentationDetail['moves'][number]>(
      `SELECT "from", "to", count(*) AS customers FROM ${placed} WHERE "from" <> "to" GROUP BY ALL ORDER BY "from", "to"`,
    ),
    reading.rows<SegmentationMember & { customer: number; place: number }>(
      `SELECT customer, customer_id, "to" AS segment, "from" AS "without", proposed, figure, rank, adjusted,
         coalesce(rank, 9007199254740991) AS place
       FROM ${placed} JOIN customer_key USING (customer)
       WHERE ${moved ? `"from" <> "to"` : 'known'}
         ${moved === false ? `AND "from" = "to"` : ''}
         ${segment === undefined ? '' : 'AND "to" = $segment'}
         ${adjusted === undefined ? '' : 'AND adjusted = CAST($adjusted AS BOOLEAN)'}
         AND (place > CAST($after_rank AS BIGINT)
           OR (place = CAST($after_rank AS BIGINT) AND customer_id > CAST($after_id AS UUID)))
       ORDER BY place, customer_id
       LIMIT CAST($limit AS BIGINT) + 1`,
      { segment, adjusted, after_rank: afterRank, after_id: afterId, limit },
    ),
  ]);
  const names = await namesOf(reading, rows);
  return {
    ...shown(listed, decided.runs.at(-1)?.runId),
    segments,
    against: against ? { runId: against.runId, effectiveFrom: against.effectiveFrom } : null,
    moves,
    ...pageOf(
      rows,
      limit,
      order,
      (row) => [row.place, row.customerId],
      ({ place: _, customer, ...row }): SegmentationMember => ({ ...row, name: names.get(customer) ?? null }),
    ),
  };
};

async function namesOf(
  reading: Reading,
  rows: readonly { readonly customer: number }[],
): Promise<ReadonlyMap<number, string | null>> {
  const customers = rows.map(({ customer }) => customer);
  const named = await reading.rows<{ customer: number; name: string | null }>(
    'SELECT customer, name FROM customer_named($as_of, $known, CAST($customers AS INTEGER[]))',
    { customers },
  );
  return new Map(named.map(({ customer, name }) => [customer, name]));
}

export interface ComparisonParams extends Paging {
  readonly a: string;
  readonly b: string;
}

export interface ComparedCustomer {
  readonly customerId: string;
  readonly name: string | null;
  /** In run a; null for a customer that it doesn't know. */
  readonly from: Placing | null;
  readonly to: Placing | null;
  readonly figureFrom: number | string | null;
  readonly figureTo: number | string | null;
  readonly rankFrom: number | null;
  readonly rankTo: number | null;
}

export interface Comparison extends Page<ComparedCustomer> {
  readonly a: Segmentation;
  readonly b: Segmentation;
  /** Every pair of segments that has customers, also those that didn't move. */
  readonly cells: readonly { readonly from: Placing | null; readonly to: Placing | null; readonly customers: number }[];
}

/** Two runs beside each other: who is where in each, and one by one those that are not in the same segment in both. */
export const comparison: Question<ComparisonParams, Comparison> = async (reading, params) => {
  const limit = limitOf(params);
  const [afterRank = 0, afterId = null] = readCursor(params, 'compared') ?? [];
  const [a, b] = [await runOf(reading, params.a), await runOf(reading, params.b)];
  const side = ({ members }: Run) =>
    `(SELECT customer, segment, figure, rank FROM ${members} WHERE segment IS NOT NULL)`;
  const both = `(
    SELECT coalesce(one.customer, other.customer) AS customer, one.segment AS "from", other.segment AS "to",
      one.figure AS figure_from, other.figure AS figure_to, one.rank AS rank_from, other.rank AS rank_to
    FROM ${side(a)} AS one FULL JOIN ${side(b)} AS other ON other.customer = one.customer)`;
  const [cells, rows, { runs }] = await Promise.all([
    reading.rows<Comparison['cells'][number]>(
      `SELECT "from", "to", count(*) AS customers FROM ${both}
       GROUP BY ALL ORDER BY "from" NULLS LAST, "to" NULLS LAST`,
    ),
    reading.rows<ComparedCustomer & { customer: number; place: number }>(
      `SELECT compared.*, customer_id, coalesce(rank_to, rank_from + 4503599627370496, 9007199254740991) AS place
       FROM ${both} AS compared JOIN customer_key USING (customer)
       WHERE "from" IS DISTINCT FROM "to"
         AND (place > CAST($after_rank AS BIGINT)
           OR (place = CAST($after_rank AS BIGINT) AND customer_id > CAST($after_id AS UUID)))
       ORDER BY place, customer_id
       LIMIT CAST($limit AS BIGINT) + 1`,
      { after_rank: afterRank, after_id: afterId, limit },
    ),
    finalisedRuns(reading),
  ]);
  const names = await namesOf(reading, rows);
  const inForce = runs.at(-1)?.runId;
  return {
    a: shown(a.listed, inForce),
    b: shown(b.listed, inForce),
    cells,
    ...pageOf(
      rows,
      limit,
      'compared',
      (row) => [row.place, row.customerId],
      ({ place: _, customer, ...row }): ComparedCustomer => ({ ...row, name: names.get(customer) ?? null }),
    ),
  };
};
