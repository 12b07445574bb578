import { v7 } from 'uuid';
import { Refused } from '../domain/refused.js';
import { type Assignment, assignmentIdFor, continued, partSize } from '../domain/segmentation.js';
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
  const part = (when: When, like: ValuePolicy | undefined, after = 0) =>
    means.ask(proposal, { policy: like, after, limit: partSize }, when);
  const { asOf, position, data } = await part(
    {
      asOf: told.asOf ?? begun?.asOf,
      knownAt: told.knownAt ?? begun?.knownAt,
      // Whoever has just recorded an order expects it to count.
      ...(!begun && told.knownAt === undefined && { atLeast: await headOf(means.log) }),
    },
    begun?.policy ?? policy,
  );
  if (begun && (asOf !== begun.asOf || position !== begun.knownAt)) return conflict(id);
  const content = { asOf, knownAt: position, policy: data.policy };
  // Worked out once and asked for twice: a part at a time, as all of a large base together would take too much memory.
  const inParts = async function* (): AsyncGenerator<readonly Assignment[]> {
    for (let assignments = data.assignments; assignments.length > 0; ) {
      yield assignments;
      if (assignments.length < partSize) return;
      const after = (assignments.at(-1) as Assignment).rank;
      ({ assignments } = (await part({ asOf, knownAt: position }, data.policy, after)).data);
    }
  };
  const summary = await summed(inParts());
  if (!summary) {
    return { status: 'refused', id, rule: 'no-customers', message: 'Nobody has net revenue in the twelve months.' };
  }
  const { digest, parts, customers, segments } = summary;
  const tell = async (command: CommandEnvelope) => {
    // One at a time, so that what others record in between doesn't wait for all of it.
    const [outcome] = await means.record(new Record(stream, [command], by));
    return outcome as Outcome;
  };
  const proposed = await tell({
    name: 'ProposeSegmentation',
    payload: { id, ...content, parts, customers, digest },
  });
  if (!isDone(proposed)) return proposed;
  let whole: Proposed = { ...proposed, ...content, customers, parts, segments };
  let number = 0;
  for await (const assignments of inParts()) {
    number++;
    const outcome = await tell({
      name: 'AssignSegments',
      payload: { id: assignmentIdFor(id, number), part: number, assignments },
    });
    if (!isDone(outcome)) return outcome;
    const { revision, position: last, status } = outcome;
    whole = { ...whole, revision, position: last, status: status === 'recorded' ? status : whole.status };
  }
  return whole;
}

function isDone(outcome: Outcome): outcome is Extract<Outcome, { status: 'recorded' | 'repeated' }> {
  return outcome.status === 'recorded' || outcome.status === 'repeated';
}

/** What is told of all parts before the first of them; undefined when there are none. */
async function summed(inParts: AsyncIterable<readonly Assignment[]>) {
  let digest: string | undefined;
  let parts = 0;
  const counts = new Map<Segment, number>();
  for await (const part of inParts) {
    digest = continued(digest, part);
    parts++;
    for (const { segment } of part) counts.set(segment, (counts.get(segment) ?? 0) + 1);
  }
  const segments = [...counts].map(([segment, customers]) => ({ segment, customers }));
  const customers = segments.reduce((sum, each) => sum + each.customers, 0);
  return digest === undefined ? undefined : { digest, parts, customers, segments };
}

async function proposalIn(log: EventLog, stream: string): Promise<StoredProposal | undefined> {
  try {
    for await (const recorded of log.read(stream, { limit: 1 })) return readStored(recorded).data as StoredProposal;
  } catch (error) {
    if (!(error instanceof StreamNotFound)) throw error;
  }
  return undefined;
}

export async function headOf(log: EventLog): Promise<string | undefined> {
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
