import { z } from 'zod';
import type { Decimal, Told } from './command.js';
import { type Decider, type DecideTable, type EventTable, rowOf } from './decider.js';
import { decimalText } from './decimal.js';
import { event, sealable } from './event.js';
import { continuedDigest, partIdFor } from './ids.js';
import { Refused, Unknown } from './refused.js';
import { instant, localDate, longText, repId, type Segment, segment, uuid } from './shapes.js';
import { always, type Decide, type Evolve, type Rules } from './topic.js';
import { mustBePolicy, policyOf, type ToldValuePolicy, valuePolicy } from './value-policy.js';

/** Most customers in one part: it stays far below what one append takes. */
export const partSize = 2_000;

const assignment = z.strictObject({
  customerId: uuid,
  segment,
  /** What the customer was ranked by: minor units of the reporting currency, or a score. */
  figure: z.string().regex(/^-?\d{1,18}(\.\d{1,6})?$/),
  /** 1 is the best customer; each is higher than the one before, over all parts. */
  rank: z.int().min(1),
});
export type Assignment = z.infer<typeof assignment>;

/** Where a person puts a customer; `none` is in no segment. */
export const placing = z.enum([...segment.options, 'none']);
export type Placing = z.infer<typeof placing>;

/**
 * One run, in a stream of its own (`segmentation-<uuid>`): proposed, assigned part by part, adjusted, and then finalised or
 * discarded. Nothing in it is ever corrected: what is wrong is adjusted or discarded, what was finalised wrongly is
 * followed by another run.
 */
export const events = {
  SegmentationProposed: event(
    z.strictObject({
      runId: uuid,
      /** How things stood then … */
      asOf: instant,
      /** … as known at this position; both give the same segments again. */
      knownAt: z.string().regex(/^[a-z0-9]+-\d{1,20}$/),
      /** Whole, as it was used: in force then, or tried out. */
      policy: valuePolicy,
      parts: z.int().min(1).max(5_000),
      customers: z.int().min(1),
      /** See `digestOf`. */
      digest: uuid,
    }),
    { identity: 'runId' },
  ),
  SegmentationAssigned: event(
    z.strictObject({
      runId: uuid,
      /** From 1, in order. */
      part: z.int().min(1),
      of: z.int().min(1),
      assignments: z.array(assignment).min(1).max(partSize),
    }),
    { identity: 'runId' },
  ),
  SegmentAdjusted: event(
    z.strictObject({ runId: uuid, customerId: uuid, from: placing, to: placing, reason: sealable(longText) }),
    { identity: 'runId', subject: (data) => `customer-${data.customerId}` },
  ),
  SegmentationFinalised: event(z.strictObject({ runId: uuid, effectiveFrom: localDate, approver: repId }), {
    identity: 'runId',
  }),
  SegmentationDiscarded: event(z.strictObject({ runId: uuid, reason: sealable(longText).optional() }), {
    identity: 'runId',
  }),
};

/** Each is told to the run's own stream. */
export interface ProposeSegmentation extends Told {
  /** UTC instant with milliseconds. */
  readonly asOf: string;
  /** Position as the outside knows it. */
  readonly knownAt: string;
  readonly policy: ToldValuePolicy;
  readonly parts: number;
  readonly customers: number;
  readonly digest: string;
}

export interface AssignSegments extends Told {
  readonly part: number;
  readonly assignments: readonly {
    readonly customerId: string;
    readonly segment: Segment;
    readonly figure: Decimal;
    readonly rank: number;
  }[];
}

export interface AdjustSegment extends Told {
  readonly customerId: string;
  /** Where the run has the customer now, so that nobody adjusts what somebody else has just adjusted. */
  readonly from: Placing;
  readonly to: Placing;
  readonly reason: string;
}

export interface FinaliseSegmentation extends Told {
  /** First day on which contact schemes follow it; until another run takes its place. */
  readonly effectiveFrom: string;
  readonly approver: string;
}

export interface DiscardSegmentation extends Told {
  readonly reason?: string;
}

export interface Commands {
  ProposeSegmentation: ProposeSegmentation;
  AssignSegments: AssignSegments;
  AdjustSegment: AdjustSegment;
  FinaliseSegmentation: FinaliseSegmentation;
  DiscardSegmentation: DiscardSegmentation;
}

export interface Segmentation {
  readonly id: string;
  status: 'unknown' | 'proposed' | 'finalised' | 'discarded';
  asOf: string;
  parts: number;
  customers: number;
  digest: string;
  /** When the latest of what came so far happened. */
  lastAt: string;
  /** What came so far. */
  readonly assigned: { parts: number; lastRank: number; digest: string | undefined };
  /** Where each customer is now; emptied once the run is settled, when nobody asks any more. */
  readonly placed: Map<string, Placing>;
}

export function initial(id: string): Segmentation {
  return {
    id,
    status: 'unknown',
    asOf: '',
    parts: 0,
    customers: 0,
    digest: '',
    lastAt: '',
    assigned: { parts: 0, lastRank: 0, digest: undefined },
    placed: new Map(),
  };
}

/** Assignments as they are told: parts of `partSize`, the last one smaller. */
export function inParts<Each>(assignments: readonly Each[]): readonly (readonly Each[])[] {
  const count = Math.ceil(assignments.length / partSize);
  return Array.from({ length: count }, (_, index) => assignments.slice(index * partSize, (index + 1) * partSize));
}

/** Fingerprint of all parts up to and including this one. @param digest that of the parts before it; undefined for none */
export function continued(digest: string | undefined, part: readonly Assignment[]): string {
  const lines = part.map(({ customerId, segment, figure, rank }) => `${customerId} ${segment} ${figure} ${rank}`);
  return continuedDigest(digest, lines.join('\n'));
}

/** Fingerprint of all parts in order. It names no run: the same segments give the same one. @param parts see `inParts` */
export function digestOf(parts: readonly (readonly Assignment[])[]): string | undefined {
  return parts.reduce<string | undefined>(continued, undefined);
}

/** Id of the request that tells a part, so that a run that was broken off goes on where it was. */
export function assignmentIdFor(runId: string, part: number): string {
  return partIdFor(runId, 'assignment', part);
}

function mustBeOpen({ id, status }: Segmentation): void {
  if (status === 'unknown') throw new Unknown(`There is no segmentation ${id}.`);
  if (status !== 'proposed') throw new Refused(`segmentation-${status}`, `Segmentation ${id} was ${status} already.`);
}

function mustBeWhole({ id, parts, assigned }: Segmentation): void {
  if (assigned.parts < parts) {
    throw new Refused(
      'segmentation-incomplete',
      `Of segmentation ${id} ${assigned.parts} of ${parts} parts are there.`,
    );
  }
}

function mustBeThis(run: Segmentation, runId: string): void {
  if (runId !== run.id) throw new Refused('other-segmentation', `This is told to segmentation ${run.id}.`, 'runId');
}

export const rules: Rules<typeof events, Segmentation> = {
  SegmentationProposed(run, { data }) {
    mustBeThis(run, data.runId);
    if (run.status !== 'unknown') {
      throw new Refused('segmentation-already-proposed', `Segmentation ${run.id} is there already.`);
    }
    mustBePolicy(data.policy);
    if (data.parts > data.customers || data.customers > data.parts * partSize) {
      throw new Refused('parts-do-not-fit', `${data.customers} customers don't fit ${data.parts} parts.`, 'parts');
    }
  },
  SegmentationAssigned(run, { data }) {
    mustBeThis(run, data.runId);
    mustBeOpen(run);
    const { part, of, assignments } = data;
    if (of !== run.parts) throw new Refused('other-parts', `The segmentation has ${run.parts} parts.`, 'of');
    if (part !== run.assigned.parts + 1 || part > of) {
      const next = run.assigned.parts < of ? `part ${run.assigned.parts + 1} comes next` : 'all parts are there';
      throw new Refused('part-out-of-order', `Of segmentation ${run.id} ${next}.`, 'part');
    }
    const here = new Set<string>();
    let { lastRank } = run.assigned;
    assignments.forEach(({ customerId, rank }, index) => {
      if (run.placed.has(customerId) || here.has(customerId)) {
        throw new Refused('assigned-twice', `Customer ${customerId} is assigned already.`, `assignments.${index}`);
      }
      if (rank <= lastRank) {
        throw new Refused('ranks-not-rising', `Rank ${rank} follows rank ${lastRank}.`, `assignments.${index}.rank`);
      }
      here.add(customerId);
      lastRank = rank;
    });
    if (part < of) return;
    if (run.placed.size + assignments.length !== run.customers) {
      const count = run.placed.size + assignments.length;
      throw new Refused('customers-missing', `${count} of ${run.customers} customers are assigned.`, 'assignments');
    }
    if (continued(run.assigned.digest, assignments) !== run.digest) {
      throw new Refused('digest-differs', 'The parts are not those that were proposed.', 'assignments');
    }
  },
  SegmentAdjusted(run, { data }) {
    mustBeThis(run, data.runId);
    mustBeOpen(run);
    mustBeWhole(run);
    const now = run.placed.get(data.customerId) ?? 'none';
    if (data.from !== now) {
      throw new Refused('segment-has-changed', `Customer ${data.customerId} is in segment ${now} now.`, 'from');
    }
    if (data.from === data.to) throw new Refused('nothing-changes', `It is in segment ${now} already.`, 'to');
  },
  SegmentationFinalised(run, { data, occurredAt }) {
    mustBeThis(run, data.runId);
    mustBeOpen(run);
    mustBeWhole(run);
    // As of any date a finalised run is there whole.
    if (occurredAt < run.lastAt) {
      throw new Refused(
        'finalised-too-early',
        `Of the segmentation something happened at ${run.lastAt}.`,
        'occurredAt',
      );
    }
  },
  SegmentationDiscarded(run, { data }) {
    mustBeThis(run, data.runId);
    mustBeOpen(run);
  },
};

export const evolve: Evolve<typeof events, Segmentation> = {
  SegmentationProposed(run, { data, occurredAt }) {
    run.lastAt = occurredAt;
    const { asOf, parts, customers, digest } = data;
    Object.assign(run, { status: 'proposed', asOf, parts, customers, digest });
  },
  SegmentationAssigned(run, { data: { assignments }, occurredAt }) {
    const { assigned, placed } = run;
    if (occurredAt > run.lastAt) run.lastAt = occurredAt;
    assigned.parts++;
    assigned.lastRank = assignments.at(-1)?.rank ?? assigned.lastRank;
    assigned.digest = continued(assigned.digest, assignments);
    for (const { customerId, segment } of assignments) placed.set(customerId, segment);
  },
  SegmentAdjusted(run, { data, occurredAt }) {
    if (occurredAt > run.lastAt) run.lastAt = occurredAt;
    run.placed.set(data.customerId, data.to);
  },
  SegmentationFinalised(run) {
    run.status = 'finalised';
    run.placed.clear();
  },
  SegmentationDiscarded(run) {
    run.status = 'discarded';
    run.placed.clear();
  },
};

export const decide: Decide<Commands, Segmentation, typeof events> = {
  ProposeSegmentation({ id: runId }, { asOf, knownAt, policy, parts, customers, digest }, { occurredAt }) {
    return [
      {
        type: 'SegmentationProposed',
        occurredAt,
        data: { runId, asOf, knownAt, policy: policyOf(policy), parts, customers, digest },
      },
    ];
  },
  AssignSegments({ id: runId, parts }, { part, assignments }, { occurredAt }) {
    return [
      {
        type: 'SegmentationAssigned',
        occurredAt,
        data: {
          runId,
          part,
          of: parts,
          assignments: assignments.map(({ customerId, segment, figure, rank }) => ({
            customerId,
            segment,
            figure: decimalText(figure),
            rank,
          })),
        },
      },
    ];
  },
  AdjustSegment({ id: runId }, { customerId, from, to, reason }, { occurredAt }) {
    return [{ type: 'SegmentAdjusted', occurredAt, data: { runId, customerId, from, to, reason } }];
  },
  FinaliseSegmentation(run, { effectiveFrom, approver }, { occurredAt, localDay }) {
    mustBeOpen(run);
    // It may begin before today ("from the first of the month"), never before what it rests on was known to have been.
    const day = localDay(run.asOf);
    if (effectiveFrom < day) {
      throw new Refused('effective-too-early', `The segmentation is as of ${day}.`, 'effectiveFrom');
    }
    return [{ type: 'SegmentationFinalised', occurredAt, data: { runId: run.id, effectiveFrom, approver } }];
  },
  DiscardSegmentation({ id: runId }, { reason }, { occurredAt }) {
    return [{ type: 'SegmentationDiscarded', occurredAt, data: { runId, reason } }];
  },
};

export const segmentation: Decider<Segmentation> = {
  initial,
  evolve(state, event) {
    rowOf(evolve as unknown as EventTable<Segmentation>, event.type, 'a segmentation')(state, event);
  },
  check(state, event) {
    rowOf(rules as unknown as EventTable<Segmentation>, event.type, 'a segmentation')(state, event);
  },
  checkMoved: always,
  mustExist(state, command) {
    if (command !== 'ProposeSegmentation' && state.status === 'unknown') {
      throw new Unknown(`There is no segmentation ${state.id}.`);
    }
  },
  decide(state, name, command, moment) {
    return rowOf(decide as unknown as DecideTable<Segmentation>, name, 'a segmentation')(state, command, moment);
  },
};
