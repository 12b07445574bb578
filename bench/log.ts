import { DatabaseSync } from 'node:sqlite';
import { SqliteEventLog, SystemClock } from './built.ts';
import { type Figure, figure, median } from './figure.ts';

const SECONDS = 3;
const ROUNDS = 3;
const DATA = JSON.stringify({
  visitId: 'x'.repeat(36),
  heldBy: ['rep1'],
  topics: ['annual review'],
  notes: 'n'.repeat(220),
});
const METADATA = JSON.stringify({
  schemaVersion: 1,
  occurredAt: '2026-03-01T09:30:00.000Z',
  requestHash: 'h'.repeat(250),
});

let made = 0;

function newEvent() {
  made++;
  return {
    id: `00000000-0000-4000-8000-${made.toString(16).padStart(12, '0')}`,
    type: 'VisitLogged',
    data: DATA,
    metadata: METADATA,
  };
}

/** Events per second through the log's port: so many appenders at once, each waiting for its outcome. */
async function appended(folder: string, appenders: number, perAppend: number): Promise<number> {
  const log = await SqliteEventLog.open(`${folder}/append-${made}.db`, { clock: new SystemClock() });
  const end = performance.now() + SECONDS * 1_000;
  let count = 0;
  const appender = async (index: number) => {
    for (let batch = 0; performance.now() < end; batch++) {
      const events = Array.from({ length: perAppend }, newEvent);
      await log.append(`customer-${index}-${batch % 100}`, events, 'any');
      count += perAppend;
    }
  };
  const started = performance.now();
  await Promise.all(Array.from({ length: appenders }, (_, index) => appender(index)));
  const rate = (count / (performance.now() - started)) * 1_000;
  await log.close();
  return rate;
}

/** The same rows into the same tables by bare SQLite in this thread, as many per durable transaction. */
async function inserted(folder: string, perTransaction: number): Promise<number> {
  const file = `${folder}/insert-${made}.db`;
  await (await SqliteEventLog.open(file, { clock: new SystemClock() })).close();
  const database = new DatabaseSync(file);
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA cache_size = -65536');
  for (let stream = 1; stream <= 1_000; stream++) {
    database.prepare('INSERT INTO streams (id, name) VALUES (?, ?)').run(stream, `customer-${stream}`);
  }
  const insert = database.prepare(`
    INSERT INTO events (position, stream, revision, id, type, data, metadata, recorded_at, original_recorded_at)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, NULL)`);
  let position = 0;
  const started = performance.now();
  while (performance.now() - started < SECONDS * 1_000) {
    database.exec('BEGIN IMMEDIATE');
    for (let row = 0; row < perTransaction; row++) {
      const { id, type, data, metadata } = newEvent();
      position++;
      insert.run(position, 1 + (position % 1_000), Math.floor(position / 1_000), id, type, data, metadata, Date.now());
    }
    database.exec('COMMIT');
  }
  const rate = (position / (performance.now() - started)) * 1_000;
  database.close();
  return rate;
}

/** Events a second that a writer gets durable when each waits for its own commit. */
export async function oneByOne(folder: string): Promise<number> {
  return inserted(folder, 1);
}

export async function logFigures(folder: string): Promise<Figure[]> {
  const compare = async (name: string, appenders: number, perAppend: number, note: string) => {
    const values: number[] = [];
    const references: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      values.push(await appended(folder, appenders, perAppend));
      references.push(await inserted(folder, appenders * perAppend));
    }
    return figure(name, median(values), 'events/s', median(references), note);
  };
  return [
    await compare('log.append', 64, 1, 'against bare inserts, 64 a transaction (aim 0.70)'),
    await compare('log.append.large', 20, 100, 'against bare inserts, 2,000 a transaction (aim 0.70)'),
  ];
}
