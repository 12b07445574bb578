import { randomUUID } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { RecordedEvent } from '../../src/application/ports/event-log.js';
import type { Reading, Row } from '../../src/application/ports/read-side.js';
import { DuckDbReadSide, type DuckDbReadSideOptions } from '../../src/infrastructure/duckdb/duckdb-read-side.js';
import { ArrayEventLog } from './array-event-log.js';

/** An event as a test tells it; what is left out is filled in. */
export interface GivenEvent {
  readonly type: string;
  /** ISO instant, or a date for noon of it in UTC. */
  readonly at: string;
  readonly data: unknown;
  /** `customer-<uuid>`, `rep-<id>`, `policy-<kind>`. */
  readonly stream: string;
  /** When the log recorded it: ISO instant or date; when it happened, if left out. */
  readonly recordedAt?: string;
  readonly id?: string;
  readonly actor?: string;
  readonly source?: string;
  readonly schemaVersion?: number;
}

const instant = (text: string) => (text.length === 10 ? `${text}T12:00:00.000Z` : new Date(text).toISOString());

/** Positions count from `after` + 1, in the order given; revisions continue those of `before`. */
export function recorded(given: readonly GivenEvent[], before: readonly RecordedEvent[] = []): RecordedEvent[] {
  let position = before.at(-1)?.position ?? 0n;
  const revisions = new Map<string, bigint>();
  for (const event of before) revisions.set(event.stream, event.revision);
  return given.map((event) => {
    const revision = (revisions.get(event.stream) ?? -1n) + 1n;
    revisions.set(event.stream, revision);
    position += 1n;
    return {
      id: event.id ?? randomUUID(),
      type: event.type,
      data: JSON.stringify(event.data),
      metadata: JSON.stringify({
        schemaVersion: event.schemaVersion ?? 1,
        occurredAt: instant(event.at),
        actor: event.actor ?? 'local',
        source: event.source ?? 'api',
        requestId: randomUUID(),
        requestHash: 'hash',
      }),
      stream: event.stream,
      revision,
      position,
      recordedAt: Date.parse(instant(event.recordedAt ?? event.at)),
    };
  });
}

export interface GivenReadSide {
  readonly readSide: DuckDbReadSide;
  readonly log: ArrayEventLog;
  /** What the read side told, sentence by sentence. */
  readonly told: string[];
  /** Defaults: as of the end of time, everything known. */
  reading(at?: { asOf?: string; known?: bigint }): Reading;
  rows<T = Row>(sql: string, params?: Record<string, unknown>): Promise<T[]>;
  /** Records more and waits until it is applied. */
  record(...events: readonly GivenEvent[]): Promise<void>;
  close(): Promise<void>;
}

const empty = new Map<string, Promise<string>>();

/** Folder of a read side of an empty log: making tables and views takes longer than most tests need for the rest. */
function emptyReadSide(settings: DuckDbReadSideOptions['settings']): Promise<string> {
  const key = `${settings.timeZone} ${settings.currency}`;
  let made = empty.get(key);
  if (!made) {
    made = makeEmpty(settings);
    empty.set(key, made);
  }
  return made;
}

async function makeEmpty(settings: DuckDbReadSideOptions['settings']): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'read-side-empty-'));
  const readSide = DuckDbReadSide.open({
    settings,
    threads: 1,
    memoryLimit: '200MB',
    folder,
    log: new ArrayEventLog(),
  });
  await readSide.start();
  await readSide.ready();
  await readSide.close();
  return folder;
}

// Processes that tests start load this file as well.
if (typeof afterAll === 'function') {
  afterAll(async () => {
    for (const folder of await Promise.all(empty.values())) rmSync(folder, { recursive: true, force: true });
    empty.clear();
  });
}

/** A read side that has applied these events. Close it after use. */
export async function givenReadSide(
  events: readonly GivenEvent[] = [],
  options: Partial<DuckDbReadSideOptions> & { timeZone?: string; currency?: string } = {},
): Promise<GivenReadSide> {
  const { timeZone = 'Europe/Amsterdam', currency = 'EUR', ...rest } = options;
  const folder = rest.folder ?? mkdtempSync(join(tmpdir(), 'read-side-'));
  const log = (rest.log as ArrayEventLog | undefined) ?? new ArrayEventLog();
  log.put(...recorded(events, log.events));
  const isUsual = !(rest.folder ?? rest.facts ?? rest.views) && log.id === new ArrayEventLog().id;
  if (isUsual) cpSync(await emptyReadSide({ timeZone, currency }), folder, { recursive: true });
  const told: string[] = [];
  const readSide = DuckDbReadSide.open({
    settings: { timeZone, currency },
    intervalMs: 0,
    threads: 1,
    memoryLimit: '200MB',
    tell: (_, sentence) => told.push(sentence),
    ...rest,
    folder,
    log,
  });
  await readSide.start();
  await readSide.ready();
  const reading = ({ asOf = '2999-12-31', known }: { asOf?: string; known?: bigint } = {}) =>
    readSide.reading({ asOf: Date.parse(instant(asOf)), known: known ?? readSide.checkpoint().position ?? 0n });
  return {
    readSide,
    log,
    told,
    reading,
    rows: (sql, params) => reading().rows(sql, params),
    async record(...more: readonly GivenEvent[]) {
      log.put(...recorded(more, log.events));
      await readSide.ready();
    },
    async close() {
      await readSide.close();
      if (!rest.folder) rmSync(folder, { recursive: true, force: true });
    },
  };
}
