import { readFileSync } from 'node:fs';
import { formatPosition } from '../application/ports/position.js';
import type { Advance, Behind, ReadSideStatus, RebuildProgress, Snapshot } from '../application/ports/read-side.js';
import type { Engine } from './engine.js';
import { within } from './within.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Version of this program. */
export const programVersion = version;

/** Whoever asks how things are is answered, whatever the log does. */
const PATIENCE_MS = 2_000;
/** With a log that was not heard a moment ago either. */
const SHORT_PATIENCE_MS = 500;

/** The last position of the log, or why it can't be told. */
export async function lookAtLog({
  log,
  readSide,
}: Pick<Engine, 'log' | 'readSide'>): Promise<{ head?: bigint | undefined; problem?: string }> {
  const behind = readSide?.behind();
  try {
    return { head: (await within(behind ? SHORT_PATIENCE_MS : PATIENCE_MS, log.head())).position };
  } catch (error) {
    return { problem: behind?.reason ?? (error instanceof Error ? error.message : String(error)) };
  }
}

const instant = (ms: number) => (ms > 0 ? new Date(ms).toISOString() : null);

function advance(way: Advance | undefined) {
  if (!way) return null;
  const { percent, events, recordedAt, secondsLeft } = way;
  return { percent, events, knownAt: instant(recordedAt), secondsLeft: secondsLeft ?? null };
}

/** Since when, and why, the answers are not of today. */
export function sinceWhen(behind: Behind) {
  return { since: new Date(behind.since).toISOString(), reason: behind.reason };
}

/** Where log and read side are, for people and programs. Positions are texts as everywhere outside the process. */
export async function engineStatus(engine: Engine) {
  const { log, logPlace, readSide, settings } = engine;
  const position = (at: bigint | undefined) => (at === undefined ? null : formatPosition(log.id, at));
  const [{ head, problem }, read] = await Promise.all([lookAtLog(engine), readSide?.status()]);
  return {
    version,
    node: process.version,
    timeZone: settings.timeZone,
    currency: settings.currency,
    log: { id: log.id, ...logPlace, position: position(head), problem: problem ?? null },
    readSide: read && {
      state: read.state,
      position: position(read.checkpoint.position),
      knownAt: instant(read.checkpoint.recordedAt),
      lag: read.lag === undefined ? null : Number(read.lag),
      behind: read.behind ? sinceWhen(read.behind) : null,
      generation: read.generation ?? null,
      building: read.building ? { generation: read.building.generation, ...advance(read.building) } : null,
      catchingUp: advance(read.catchingUp),
      problem: read.problem ?? null,
      versions: read.versions,
    },
  };
}

/** Why the read side should not be asked yet, in a sentence; undefined when it may. */
export function whyNotReady({ state, problem, building, catchingUp, behind }: ReadSideStatus): string | undefined {
  if (state === 'live') return undefined;
  if (problem !== undefined) return problem;
  const way = building ?? catchingUp;
  if (!way) return `The read side is ${state}.`;
  const { percent, events, recordedAt, secondsLeft } = way;
  const what = state === 'building' ? 'is being built' : 'is catching up with what was recorded while it was away';
  const upTo = recordedAt > 0 ? `, up to ${new Date(recordedAt).toISOString()}` : '';
  const left = behind
    ? `; it does not get on: ${behind.reason}`
    : secondsLeft === undefined
      ? '.'
      : `; about ${timeOf(secondsLeft)} to go.`;
  return `The read side ${what}: ${percent}% of the log, ${events} events${upTo}${left}`;
}

function timeOf(seconds: number): string {
  if (seconds < 90) return `${seconds} s`;
  return seconds < 5_400 ? `${Math.round(seconds / 60)} minutes` : `${Math.round(seconds / 3_600)} hours`;
}

export type EngineStatus = Awaited<ReturnType<typeof engineStatus>>;

/** What a snapshot holds, as it travels over the control socket. */
export function snapshotTaken(logId: string, { position, recordedAt, bytes }: Snapshot) {
  return {
    logId,
    position: position === undefined ? null : formatPosition(logId, position),
    knownAt: instant(recordedAt),
    bytes,
  };
}

export type SnapshotTaken = ReturnType<typeof snapshotTaken>;

/** Progress or end of a rebuild, as it travels over the control socket. */
export function rebuilt(logId: string, { position, head, events, eventsPerSecond }: RebuildProgress) {
  return {
    position: formatPosition(logId, position),
    head: head === undefined ? null : formatPosition(logId, head),
    events,
    eventsPerSecond,
  };
}

export type Rebuilt = ReturnType<typeof rebuilt>;
