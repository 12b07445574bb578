import { eventIdFor } from '../../application/event-id.js';
import { EventLog, StreamNotFound } from '../../application/ports/event-log.js';
import { formatPosition } from '../../application/ports/position.js';
import { type Outcome, Record, RecordHandler } from '../../application/record.js';
import { readStored } from '../../application/stored-event.js';
import type { Config } from '../config.js';
import { openEngine } from '../engine.js';
import { at, LAST_DAY } from './calendar.js';
import { InTurn } from './in-turn.js';
import { SimulatedClock } from './simulated-clock.js';
import type { Step, StoryCommand } from './step.js';
import { type Cast, Story } from './story.js';
import { CURRENCY, TIME_ZONE } from './team.js';

/** The company's settings are fixed at the start of its first day. */
const OPENING = at(0, 7, 0);
const MOST_AT_ONCE = 64;
/** These look at other streams too, or append to them. */
const ALONE: ReadonlySet<string> = new Set([
  'RegisterCustomer',
  'MergeCustomers',
  'TakeOverCustomer',
  'ConvertReferral',
  // Names the position before it.
  'ProposeSegmentation',
]);

export interface Filled {
  readonly cast: Cast;
  /** How often each command was told. */
  readonly counts: ReadonlyMap<string, number>;
  /** False when the folder held the demo already. */
  readonly isNew: boolean;
}

/** The data folder holds something else; the message is one sentence. */
export class NotTheDemo extends Error {
  constructor(folder: string) {
    super(
      `The data folder ${folder} holds a log that is not the demo; nothing was changed. Name an empty folder in KLANTWAARDE_DATA.`,
    );
    this.name = 'NotTheDemo';
  }
}

/** The settings under which the demo is kept, whatever the environment says of another company's. */
export function demoConfig<Given extends Pick<Config, 'dataFolder'>>(given: Given) {
  return { ...given, timeZone: TIME_ZONE, currency: CURRENCY };
}

/**
 * Tells the whole story to the log in the data folder, through the commands that everybody uses. What was filled half
 * way is filled on: the ids of the story are its own, so a step that was recorded is recorded again to no effect.
 * @throws NotTheDemo, and whatever opening a data folder throws
 */
export async function fillDemo(
  config: Pick<Config, 'dataFolder'>,
  onProgress: (done: number, total: number) => void = () => undefined,
): Promise<Filled> {
  const clock = new SimulatedClock(OPENING);
  const engine = await openEngine(demoConfig(config), { readSide: false, clock });
  try {
    const found = await look(engine.log);
    if (found === 'something else') throw new NotTheDemo(config.dataFolder);
    const { cast, steps } = tellStory();
    const counts = Map.groupBy(
      steps.flatMap(({ commands }) => commands),
      ({ name }) => name,
    );
    const filled = { cast, counts: new Map([...counts].map(([name, commands]) => [name, commands.length])) };
    if (found === 'the demo' && (await isComplete(engine.log, steps))) return { ...filled, isNew: false };
    const log = new InTurn(engine.log, clock);
    const handler = new RecordHandler(log, engine.keyRing, clock);
    await tellAll(steps, log, handler, onProgress);
    return { ...filled, isNew: true };
  } finally {
    await engine.close();
  }
}

/** What is in the log: the demo's first events are its settings, at its own opening, and what the demo recorded. */
async function look(log: EventLog): Promise<'nothing' | 'the demo' | 'something else'> {
  let isFirst = true;
  for await (const recorded of log.readAll({ limit: 2 })) {
    if (isFirst && recorded.recordedAt !== OPENING) return 'something else';
    if (!isFirst) return readStored(recorded).metadata.source === 'demo' ? 'the demo' : 'something else';
    isFirst = false;
  }
  return 'nothing';
}

function tellStory(): { readonly cast: Cast; readonly steps: readonly Step[] } {
  const story = new Story();
  return { cast: story.cast, steps: [...story.steps()] };
}

/** The last step is there, whatever was recorded after it. */
async function isComplete(log: EventLog, steps: readonly Step[]): Promise<boolean> {
  const last = steps.at(-1);
  if (!last) return true;
  const { stream, commands } = last;
  const wanted = eventIdFor(stream, (commands.at(-1) as StoryCommand).id, 0);
  try {
    for await (const { id } of log.read(stream, { direction: 'backwards' })) if (id === wanted) return true;
  } catch (error) {
    if (!(error instanceof StreamNotFound)) throw error;
  }
  return false;
}

async function tellAll(
  steps: readonly Step[],
  log: InTurn,
  handler: RecordHandler,
  onProgress: (done: number, total: number) => void,
): Promise<void> {
  const end = at(LAST_DAY, 23);
  const tell = async (step: Step) => {
    const by = { actor: step.actor, source: 'demo', now: step.at } as const;
    const commands = await withPosition(step, log);
    const record = () => handler.execute(new Record(step.stream, commands, by));
    for (const [index, outcome] of (await log.take(step.stream, step.at, record)).entries()) {
      assertRecorded(outcome, step, index);
    }
  };
  let wave: Step[] = [];
  const flush = async () => {
    await Promise.all(wave.map(tell));
    onProgress((wave.at(-1)?.at ?? OPENING) - OPENING, end - OPENING);
    wave = [];
  };
  for (const step of steps) {
    const isAlone = step.commands.some(({ name }) => ALONE.has(name));
    if (isAlone || wave.length === MOST_AT_ONCE || wave.some(({ stream }) => stream === step.stream)) await flush();
    wave.push(step);
    if (isAlone) await flush();
  }
  await flush();
}

/** A segmentation says what was known when it was proposed: the log's position then, also when it is told again. */
async function withPosition({ stream, commands }: Step, log: InTurn): Promise<readonly StoryCommand[]> {
  if (!commands.some(({ name }) => name === 'ProposeSegmentation')) return commands;
  const knownAt = await proposedAt(stream, log);
  return commands.map((command) =>
    command.name === 'ProposeSegmentation' ? { ...command, payload: { ...command.payload, knownAt } } : command,
  );
}

async function proposedAt(stream: string, log: InTurn): Promise<string> {
  try {
    for await (const recorded of log.read(stream, { limit: 1 })) {
      return (readStored(recorded).data as { knownAt: string }).knownAt;
    }
  } catch (error) {
    if (!(error instanceof StreamNotFound)) throw error;
  }
  const { position = 0n } = await log.head();
  return formatPosition(log.id, position);
}

function assertRecorded(outcome: Outcome, step: Step, index: number): void {
  if (outcome.status === 'recorded' || outcome.status === 'repeated') return;
  const { name } = step.commands[index] as StoryCommand;
  throw new Error(
    `The demo's own ${name} in ${step.stream} at ${new Date(step.at).toISOString()} was not recorded: ${JSON.stringify(outcome)}`,
  );
}
