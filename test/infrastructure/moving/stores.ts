import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { chainHash } from '../../../src/application/chain.js';
import { fixCompanySettings } from '../../../src/application/company.js';
import { effectiveTime } from '../../../src/application/ports/effective-time.js';
import {
  type EventLog,
  type NewEvent,
  type RecordedEvent,
  StreamNotFound,
} from '../../../src/application/ports/event-log.js';
import { Record, RecordHandler } from '../../../src/application/record.js';
import { readStored } from '../../../src/application/stored-event.js';
import { customerStream } from '../../../src/domain/streams.js';
import { pathsOf, prepareDataFolder } from '../../../src/infrastructure/data-folder.js';
import type { Store } from '../../../src/infrastructure/moving/copy-log.js';
import { SqliteEventLog } from '../../../src/infrastructure/sqlite/sqlite-event-log.js';
import { SqliteKeyRing } from '../../../src/infrastructure/sqlite/sqlite-key-ring.js';
import { commandsOf, customers, instantOf, type Seen, span, told } from '../../laws/history.js';
import { TestClock } from '../../support/recorder.js';

export interface SqliteStore extends Store {
  readonly log: SqliteEventLog;
  readonly keyRing: SqliteKeyRing;
  readonly folder: string;
  readonly clock: TestClock;
  close(): Promise<void>;
}

export interface Folders {
  /** A data folder that nothing was written to yet. */
  folder(): string;
  /** Log and key ring of a data folder; a new one, unless it is named. */
  open(folder?: string): Promise<SqliteStore>;
  /** Closes what is open and removes all of it. */
  remove(): Promise<void>;
}

/** Data folders of a test. */
export function folders(): Folders {
  const root = mkdtempSync(join(tmpdir(), 'moving-'));
  const open: SqliteStore[] = [];
  let made = 0;
  const newFolder = () => join(root, `data-${made++}`);
  return {
    folder: newFolder,
    async open(folder = newFolder()) {
      const clock = new TestClock();
      await prepareDataFolder(folder);
      const keyRing = await SqliteKeyRing.open(pathsOf(folder).keyRing);
      const log = await SqliteEventLog.open(pathsOf(folder).log, { clock });
      const store: SqliteStore = {
        log,
        keyRing,
        folder,
        clock,
        close: async () => {
          await log.close();
          await keyRing.close();
        },
      };
      open.push(store);
      return store;
    },
    async remove() {
      for (const store of open) await store.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

/** Tells a made-up company's random history to a store, by a clock that steps back now and then. */
export async function tellHistory(store: SqliteStore, { seed, steps }: { seed: number; steps: number }): Promise<void> {
  const { log, keyRing, clock } = store;
  clock.time = Date.parse(instantOf(span + 30));
  await fixCompanySettings(log, { timeZone: 'Europe/Amsterdam', currency: 'EUR' }, clock);
  const handler = new RecordHandler(log, keyRing, clock);
  const by = { actor: 'local', source: 'api' } as const;
  for (const id of customers) {
    const payload = { name: `Customer ${id}`, occurredAt: instantOf(0) };
    await handler.execute(new Record(customerStream(id), [{ name: 'RegisterCustomer', payload }], by));
  }
  const seen: Seen[] = [];
  for (const [step, it] of fc.sample(told, { seed, numRuns: steps }).entries()) {
    clock.time = Math.max(clock.time + it.tick, Date.parse(instantOf(span + 1)));
    const record = commandsOf(it, seen, step);
    if (!record) continue;
    for (const outcome of await handler.execute(record)) {
      if (outcome.status !== 'recorded') continue;
      for await (const recorded of log.read(record.stream, { from: BigInt(outcome.revision), limit: 1 })) {
        const { id: eventId, type, data } = readStored(recorded);
        const replaced = (data as { replacement?: { type: string; data: Seen['data'] } }).replacement;
        seen.push({ stream: record.stream, eventId, ...(replaced ?? { type, data: data as Seen['data'] }) });
      }
    }
  }
}

let ids = 0;

/** Appends events, each with the hash of the one before it in its metadata; large ones by themselves. */
export async function put(log: EventLog, stream: string, ...events: readonly Partial<NewEvent>[]): Promise<void> {
  let before: RecordedEvent | undefined;
  try {
    for await (const event of log.read(stream, { direction: 'backwards', limit: 1 })) before = event;
  } catch (error) {
    if (!(error instanceof StreamNotFound)) throw error;
  }
  let written = before?.revision;
  let batch: NewEvent[] = [];
  const append = async () => {
    ({ revision: written } = await log.append(stream, batch, written ?? 'none'));
    batch = [];
  };
  for (const [index, event] of events.entries()) {
    ids++;
    const added: NewEvent = {
      id: `00000000-0000-4000-8000-${String(ids).padStart(12, '0')}`,
      type: 'VisitLogged',
      data: JSON.stringify({ visit: ids }),
      metadata: JSON.stringify({ previousHash: before && chainHash(before) }),
      ...event,
    };
    batch.push(added);
    before = { ...added, stream, revision: (before?.revision ?? -1n) + 1n, position: 0n, recordedAt: 0 };
    if (batch.length === 100 || added.data.length > 10_000 || index === events.length - 1) await append();
  }
}

/** What must be the same in a copy, in the order of the log. */
export async function contents(log: EventLog) {
  const events: (Omit<RecordedEvent, 'position' | 'recordedAt' | 'originalRecordedAt'> & { recorded: number })[] = [];
  let recorded: number | undefined;
  for await (const event of log.readAll()) {
    const { id, type, data, metadata, stream, revision } = event;
    recorded = effectiveTime(event, recorded);
    events.push({ id, type, data, metadata, stream, revision, recorded });
  }
  return events;
}
