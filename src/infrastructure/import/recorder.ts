import { type By, type CommandEnvelope, type Outcome, Record as RecordCommands } from '../../application/record.js';
import { requestIdFor } from '../../domain/ids.js';
import { customerStream } from '../../domain/streams.js';
import type { LateRegistration } from './late-registration.js';
import type { ImportPlan, PlannedCommand, PlannedStream, Refusal } from './plan.js';

/** Streams that are recorded at once: their appends share the log's transactions. */
const STREAMS_AT_ONCE = 64;

export interface Recording {
  /** Records the commands of one stream together; one outcome each, in order. */
  readonly record: (commands: RecordCommands) => Promise<Outcome[]>;
  /** Whose the outside key is, when a customer claimed it already. */
  readonly holderOf: (source: string, key: string) => Promise<string | undefined>;
  /** The registration in a stream, if an import made it and it counts only from a later instant on. */
  readonly lateRegistration: (stream: string, needed: string) => Promise<LateRegistration | undefined>;
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
  for (const [index, one] of planned.commands.entries()) {
    const outcome = outcomes[index] as Outcome;
    if (outcome.status !== 'conflict') {
      count([one], [outcome], tally);
      continue;
    }
    const isMoved = isRegistration(one.command) && (await moveRegistration(planned.stream, one.command, recording));
    const other = one.otherwise && { command: one.otherwise, lines: one.lines, label: one.label };
    const [settled = outcome] = other ? await recordAll(planned.stream, [other], recording) : [];
    // Each command counts once, whatever it took.
    if (isMoved && (settled.status === 'repeated' || settled === outcome)) tally.recorded += 1;
    else count([other ?? one], [settled], tally);
  }
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

type Registration = CommandEnvelope<'RegisterCustomer' | 'RegisterRep'>;

function isRegistration(command: CommandEnvelope): command is Registration {
  return command.name === 'RegisterCustomer' || command.name === 'RegisterRep';
}

/** Has a registration count from when this one would have, if that is earlier: so the order of the files is no matter. */
async function moveRegistration(
  stream: string,
  { id, name, payload }: CommandEnvelope,
  { record, lateRegistration, by, source }: Recording,
): Promise<boolean> {
  const { occurredAt } = payload;
  if (occurredAt === undefined) return false;
  for (;;) {
    const late = await lateRegistration(stream, occurredAt);
    if (!late) return false;
    // The name of one of our people is sealed there; their id is made of it, so that it is the same here.
    const data = name === 'RegisterRep' ? { ...late.data, name: (payload as { name: string }).name } : late.data;
    const correction: CommandEnvelope<'CorrectEvent'> = {
      name: 'CorrectEvent',
      id: requestIdFor('import', source, 'registration', id ?? '', late.eventId, occurredAt),
      payload: {
        targetEventId: late.eventId,
        replacement: { occurredAt, data },
        reason: 'An import told of earlier days.',
      },
    };
    const [outcome] = await record(new RecordCommands(stream, [correction], by));
    if (outcome?.status === 'recorded') return true;
    // Another process may have moved it meanwhile, but not as far.
    if (outcome?.status !== 'refused' || outcome.rule !== 'already-superseded') return false;
  }
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
