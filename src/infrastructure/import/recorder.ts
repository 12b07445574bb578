import { type By, type CommandEnvelope, type Outcome, Record as RecordCommands } from '../../application/record.js';
import { customerStream } from '../../domain/streams.js';
import type { ImportPlan, PlannedCommand, PlannedStream, Refusal } from './plan.js';

/** Streams that are recorded at once: their appends share the log's transactions. */
const STREAMS_AT_ONCE = 64;

export interface Recording {
  /** Records the commands of one stream together; one outcome each, in order. */
  readonly record: (commands: RecordCommands) => Promise<Outcome[]>;
  /** Whose the outside key is, when a customer claimed it already. */
  readonly holderOf: (source: string, key: string) => Promise<string | undefined>;
  readonly by: By;
  readonly source: string;
  readonly onProgress?: (streams: number, of: number) => void;
  readonly signal?: AbortSignal;
}

export interface Conflict {
  readonly what: string;
  readonly message: string;
}

export interface RecordingTally {
  recorded: number;
  repeated: number;
  readonly conflicts: Conflict[];
  /** Lines whose command was refused, with the reason. */
  readonly refused: Map<number, Refusal>;
}

/** Records a plan, some streams at a time. Stopped half way it leaves what it recorded; running again repeats that. */
export async function recordPlan(plan: ImportPlan, recording: Recording): Promise<RecordingTally> {
  const tally: RecordingTally = { recorded: 0, repeated: 0, conflicts: [], refused: new Map() };
  const total = plan.first.length + plan.streams.length;
  let done = 0;
  for (const streams of [plan.first, plan.streams]) {
    let next = 0;
    const work = async (): Promise<void> => {
      for (let stream = streams[next++]; stream; stream = streams[next++]) {
        recording.signal?.throwIfAborted();
        await recordStream(stream, recording, tally);
        done += 1;
        recording.onProgress?.(done, total);
      }
    };
    const workers = await Promise.allSettled(Array.from({ length: STREAMS_AT_ONCE }, work));
    const failed = workers.find((worker) => worker.status === 'rejected');
    if (failed) throw failed.reason;
  }
  return tally;
}

async function recordStream(planned: PlannedStream, recording: Recording, tally: RecordingTally): Promise<void> {
  const outcomes = await recordAll(planned.stream, planned.commands, recording);
  const key = planned.customerKey;
  if (key !== undefined && outcomes.every((outcome) => outcome.status === 'refused' || outcome.status === 'unknown')) {
    // Somebody may have typed the customer in, with an id of its own and this outside key.
    const holder = await recording.holderOf(recording.source, key);
    if (holder !== undefined && customerStream(holder) !== planned.stream) {
      const rest = planned.commands.flatMap((one) => withoutRegistration(one));
      count(rest, await recordAll(customerStream(holder), rest, recording), tally);
      tally.repeated += planned.commands.length - rest.length;
      return;
    }
  }
  const others: PlannedCommand[] = [];
  for (const [index, one] of planned.commands.entries()) {
    if (one.otherwise && outcomes[index]?.status === 'conflict') {
      others.push({ command: one.otherwise, lines: one.lines, label: one.label });
    } else {
      count([one], [outcomes[index] as Outcome], tally);
    }
  }
  if (others.length > 0) count(others, await recordAll(planned.stream, others, recording), tally);
}

async function recordAll(
  stream: string,
  commands: readonly PlannedCommand[],
  { record, by }: Recording,
): Promise<Outcome[]> {
  if (commands.length === 0) return [];
  return record(
    new RecordCommands(
      stream,
      commands.map(({ command }) => command),
      by,
    ),
  );
}

function withoutRegistration(planned: PlannedCommand): PlannedCommand[] {
  if (planned.command.name !== 'RegisterCustomer') return [planned];
  const change: CommandEnvelope | undefined = planned.otherwise;
  return change ? [{ command: change, lines: planned.lines, label: planned.label }] : [];
}

function count(planned: readonly PlannedCommand[], outcomes: readonly Outcome[], tally: RecordingTally): void {
  for (const [index, { lines, label, implied }] of planned.entries()) {
    const outcome = outcomes[index] as Outcome;
    if (outcome.status === 'recorded') tally.recorded += 1;
    else if (outcome.status === 'repeated' || (outcome.status === 'conflict' && implied)) tally.repeated += 1;
    else if (outcome.status === 'conflict') tally.conflicts.push({ what: label, message: outcome.message });
    else for (const line of lines) tally.refused.set(line, refusalOf(outcome));
  }
}

function refusalOf(outcome: Outcome): Refusal {
  switch (outcome.status) {
    case 'refused':
      return { reason: outcome.rule, detail: outcome.message };
    case 'unknown':
      return { reason: 'customer-unknown', detail: outcome.message };
    case 'invalid':
      return {
        reason: 'invalid',
        detail: outcome.errors.map(({ path, message }) => `${path} ${message}`.trim()).join('; '),
      };
    default:
      return { reason: outcome.status };
  }
}
