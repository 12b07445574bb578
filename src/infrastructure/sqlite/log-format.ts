import { randomInt } from 'node:crypto';
import type { DatabaseSync } from 'node:sqlite';
import { LogDamaged } from '../../application/ports/event-log.js';
import { createDatabase, type FileFormat, openDatabase, portError } from './database-file.js';

export const LOG_FORMAT: FileFormat = { name: 'event log', applicationId: 0x4b4c4f47, version: 1 };

/**
 * Events lie in position order, so that following reads the file from front to back. A stream's revision is not kept
 * in a column of its own: it is the last entry of the (stream, revision) index, and can't disagree with the events.
 * There is no index by event id: it would halve the rate of appending.
 *
 * Positions are given from `log.head`, not by SQLite, which would reuse the top position after a tombstone.
 */
const TABLES = `
  CREATE TABLE log (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    id TEXT NOT NULL,
    head INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE streams (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    tombstoned INTEGER NOT NULL DEFAULT 0
  ) STRICT;
  CREATE TABLE events (
    position INTEGER PRIMARY KEY,
    stream INTEGER NOT NULL,
    revision INTEGER NOT NULL,
    id TEXT NOT NULL,
    type TEXT NOT NULL,
    data TEXT NOT NULL,
    metadata TEXT,
    recorded_at INTEGER NOT NULL,
    original_recorded_at INTEGER,
    UNIQUE (stream, revision)
  ) STRICT;
`;

/** Makes an empty log with an id of its own when there is no file of that name. */
export function createLog(file: string): void {
  createDatabase(file, LOG_FORMAT, (database) => {
    database.exec(TABLES);
    database.prepare('INSERT INTO log (one, id, head) VALUES (1, ?, 0)').run(newLogId());
  });
}

function newLogId(): string {
  return Array.from({ length: 10 }, () => randomInt(36).toString(36)).join('');
}

export interface OpenedLog {
  readonly database: DatabaseSync;
  readonly id: string;
}

/**
 * Opens a log that is there.
 *
 * Reading every page of a large log at each start would take minutes, so only what a truncated or mixed-up file
 * shows at once is looked at; the rest is found when it is read.
 * @throws LogDamaged, LogUnavailable
 */
export function openLog(file: string, options: { readOnly: boolean; busyTimeoutMs: number }): OpenedLog {
  const database = openDatabase(file, LOG_FORMAT, options);
  try {
    // In one statement, so that it is of one moment: another process may be writing.
    const log = oneRow(
      database,
      file,
      'SELECT id, head, (SELECT max(position) FROM events) AS last, EXISTS (SELECT 1 FROM streams) AS streams FROM log',
    );
    if (BigInt((log.last as bigint | null) ?? 0) > BigInt(log.head as bigint)) {
      throw new LogDamaged(`The event log ${file} is damaged: it holds events past its own head. Nothing was changed.`);
    }
    return { database, id: log.id as string };
  } catch (error) {
    database.close();
    throw portError(error, file, LOG_FORMAT);
  }
}

function oneRow(database: DatabaseSync, file: string, sql: string): Record<string, unknown> {
  const missing = /^no such (table|column)/;
  try {
    const statement = database.prepare(sql);
    statement.setReadBigInts(true);
    const row = statement.get();
    if (row) return row;
  } catch (error) {
    if (!missing.test((error as Error).message)) throw error;
  }
  throw new LogDamaged(`The event log ${file} is damaged: what describes it is missing. Nothing was changed in it.`);
}
