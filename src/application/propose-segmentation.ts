import { v7 } from 'uuid';
import { Refused } from '../domain/refused.js';
import { assignmentIdFor, digestOf, inParts } from '../domain/segmentation.js';
import type { Segment } from '../domain/shapes.js';
import { segmentationStream } from '../domain/streams.js';
import { mustBePolicy, policyOf, type ToldValuePolicy, type ValuePolicy } from '../domain/value-policy.js';
import type { Answer, Question, When } from './ask.js';
import { type EventLog, StreamNotFound } from './ports/event-log.js';
import { formatPosition } from './ports/position.js';
import { proposal } from './questions/segmentation-proposal.js';
import { type By, type CommandEnvelope, type Outcome, Record } from './record.js';
import { readStored } from './stored-event.js';

export interface ToldProposal {
  /** Of the run; the same again goes on with what was broken off. Made when left out. */
  readonly id?: string;
  /** See `When`. */
  readonly asOf?: string;
  readonly knownAt?: string;
  /** Tried out in the place of the one in force. */
  readonly policy?: ToldValuePolicy;
}

export interface Proposed extends Extract<Outcome, { status: 'recorded' | 'repeated' }> {
  readonly asOf: string;
  /** Position. */
  readonly knownAt: string;
  readonly policy: ValuePolicy;
  readonly customers: number;
  readonly parts: number;
  readonly segments: readonly { readonly segment: Segment; readonly customers: number }[];
}

/** Why it was not recorded. */
export type NotProposed = Exclude<Outcome, { status: 'recorded' | 'repeated' }>;

/** What it is done with. */
export interface Means {
  readonly log: EventLog;
  ask<Params, Data>(question: Question<Params, Data>, params: Params, when: When): Promise<Answer<Data>>;
  record(record: Record): Promise<Outcome[]>;
}

interface StoredProposal {
  readonly asOf: string;
  readonly knownAt: string;
  readonly policy: ValuePolicy;
}

/**
 * Proposes a segmentation: the segments that a policy gives as of a date, told to a run of its own in parts that fit the log.
 * Each part has an id that follows from the run's: broken off, the same call goes on where it was, with the dates and the
 * policy that the run began with. Other dates or another policy under the same id are a conflict.
 * @throws what asking and recording throw
 */
export async function proposeSegmentation(means: Means, told: ToldProposal, by: By): Promise<Proposed | NotProposed> {
  const id = (told.id ?? v7({ msecs: by.now })).toLowerCase();
  const stream = segmentationStream(id);
  let policy: ValuePolicy | undefined;
  if (told.policy) {
    try {
      policy = policyOf(told.policy);
      mustBePolicy(policy);
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      return { status: 'refused', id, rule: error.rule, message: error.message, path: `policy.${error.path}` };
    }
  }
  const begun = await proposalIn(means.log, stream);
  if (begun && policy && !isSame(policy, begun.policy)) return conflict(id);
  const { asOf, position, data } = await means.ask(
    proposal,
    { policy: begun?.policy ?? policy },
    {
      asOf: told.asOf ?? begun?.asOf,
      knownAt: told.knownAt ?? begun?.knownAt,
      // Whoever has just recorded an order expects it to count.
      ...(!begun && told.knownAt === undefined && { atLeast: await headOf(means.log) }),
    },
  );
  if (begun && (asOf !== begun.asOf || position !== begun.knownAt)) return conflict(id);
  const { assignments } = data;
  const parts = inParts(assignments);
  const digest = digestOf(parts);
  if (!digest) {
    return { status: 'refused', id, rule: 'no-customers', message: 'Nobody has net revenue in the twelve months.' };
  }
  const content = { asOf, knownAt: position, policy: data.policy };
  const commands: CommandEnvelope[] = [
    {
      name: 'ProposeSegmentation',
      payload: { id, ...content, parts: parts.length, customers: assignments.length, digest },
    },
    ...parts.map(
      (part, index): CommandEnvelope => ({
        name: 'AssignSegments',
        payload: { id: assignmentIdFor(id, index + 1), part: index + 1, assignments: part },
      }),
    ),
  ];
  let first: Proposed | undefined;
  for (const command of commands) {
    // One at a time, so that what others record in between doesn't wait for all of it.
    const [outcome] = await means.record(new Record(stream, [command], by));
    if (outcome?.status !== 'recorded' && outcome?.status !== 'repeated') return outcome as NotProposed;
    const { revision, position: last, status } = outcome;
    first = first
      ? { ...first, revision, position: last, status: status === 'recorded' ? status : first.status }
      : {
          ...outcome,
          ...content,
          customers: assignments.length,
          parts: parts.length,
          segments: [...Map.groupBy(assignments, ({ segment }) => segment)].map(([segment, { length }]) => ({
            segment,
            customers: length,
          })),
        };
  }
  return first as Proposed;
}

async function proposalIn(log: EventLog, stream: string): Promise<StoredProposal | undefined> {
  try {
    for await (const recorded of log.read(stream, { limit: 1 })) return readStored(recorded).data as StoredProposal;
  } catch (error) {
    if (!(error instanceof StreamNotFound)) throw error;
  }
  return undefined;
}

async function headOf(log: EventLog): Promise<string | undefined> {
  const { position } = await log.head();
  return position === undefined ? undefined : formatPosition(log.id, position);
}

/** Both are in the form of events; what is undefined is not there. */
function isSame(left: ValuePolicy, right: ValuePolicy): boolean {
  const sorted = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(sorted)
      : value && typeof value === 'object'
        ? Object.fromEntries(
            Object.entries(value)
              .filter(([, each]) => each !== undefined)
              .sort(([a], [b]) => (a < b ? -1 : 1))
              .map(([name, each]) => [name, sorted(each)]),
          )
        : value;
  return JSON.stringify(sorted(left)) === JSON.stringify(sorted(right));
}

function conflict(id: string): NotProposed {
  return { status: 'conflict', id, message: `Segmentation ${id} was begun with other dates or another policy.` };
}
