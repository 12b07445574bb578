import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../../../src/application/ports/clock.js';
import { SqliteEventLog, type SqliteEventLogOptions } from '../../../src/infrastructure/sqlite/sqlite-event-log.js';
import type { LogUnderTest } from '../../application/event-log.contract.js';
import { startFromSource } from '../../support/start-process.js';

export const systemClock: Clock = { now: () => Date.now() };

export interface SqliteLogUnderTest extends LogUnderTest {
  readonly file: string;
  readonly folder: string;
  log: SqliteEventLog;
}

/** A log in a folder of its own. */
export async function makeSqliteLog(
  clock: Clock = systemClock,
  options: Omit<SqliteEventLogOptions, 'clock'> = {},
): Promise<SqliteLogUnderTest> {
  const folder = temporaryFolder();
  const file = join(folder, 'log.db');
  const opened: SqliteEventLog[] = [];
  const open = async () => {
    const log = await SqliteEventLog.open(file, { clock, ...options });
    opened.push(log);
    return log;
  };
  const subject: SqliteLogUnderTest = {
    file,
    folder,
    log: await open(),
    maxAppendBytes: options.maxAppendBytes ?? 1_048_576,
    async restart() {
      await subject.log.close();
      subject.log = await open();
      return subject.log;
    },
    another: open,
    failCommitsWith: (type) => sabotageCommits(file, type),
    goOnAfter: (stream, number) =>
      withDatabase(file, (database) => {
        database.exec(`
          INSERT INTO events (position, stream, revision, id, type, data, recorded_at)
            SELECT ${number}, id, ${number}, 'far', 'SomethingHappened', '{}', 0
            FROM streams WHERE name = '${stream}';
          UPDATE log SET head = ${number};`);
      }),
    startAppending: () => startProcess('appending-process.ts', file),
    async dispose() {
      await Promise.all(opened.map((log) => log.close()));
      rmSync(folder, { recursive: true, force: true });
    },
  };
  return subject;
}

export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), 'klantwaarde-'));
}

/** What another program does to the file. */
export async function withDatabase<Answer>(
  file: string,
  work: (database: DatabaseSync) => Answer | Promise<Answer>,
): Promise<Answer> {
  const database = new DatabaseSync(file, { timeout: 5_000 });
  try {
    return await work(database);
  } finally {
    database.close();
  }
}

/** A deferred foreign key is looked at by the commit: every insert of the transaction has succeeded by then. */
export function sabotageCommits(file: string, type: string): Promise<void> {
  return withDatabase(file, (database) => {
    database.exec(`
      CREATE TABLE absent (id INTEGER PRIMARY KEY);
      CREATE TABLE pointing (id INTEGER REFERENCES absent (id) DEFERRABLE INITIALLY DEFERRED);
      CREATE TRIGGER sabotage AFTER INSERT ON events WHEN new.type = '${type}'
        BEGIN INSERT INTO pointing VALUES (new.position); END;`);
  });
}

/** Runs one of the programs beside this file in a process of its own. */
export function startProcess(program: string, ...args: string[]): ChildProcess {
  return startFromSource(new URL(program, import.meta.url), ...args);
}
