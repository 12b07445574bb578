import { readFileSync } from 'node:fs';
import { formatPosition } from '../application/ports/position.js';
import type { RebuildProgress } from '../application/ports/read-side.js';
import type { Engine } from './engine.js';

const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as {
  version: string;
};

/** Version of this program. */
export const programVersion = version;

/** Where log and read side are, for people and programs. Positions are texts as everywhere outside the process. */
export async function engineStatus({ log, readSide, settings }: Engine) {
  const { position: head } = await log.head();
  const position = (at: bigint | undefined) => (at === undefined ? null : formatPosition(log.id, at));
  const read = await readSide?.status();
  return {
    version,
    node: process.version,
    timeZone: settings.timeZone,
    currency: settings.currency,
    log: { id: log.id, kind: 'sqlite', position: position(head) },
    readSide: read && {
      state: read.state,
      position: position(read.checkpoint.position),
      knownAt: read.checkpoint.recordedAt > 0 ? new Date(read.checkpoint.recordedAt).toISOString() : null,
      lag: Number(read.lag),
      generation: read.generation ?? null,
      building: read.building ?? null,
      problem: read.problem ?? null,
      versions: read.versions,
    },
  };
}

export type EngineStatus = Awaited<ReturnType<typeof engineStatus>>;

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
