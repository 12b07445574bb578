import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, mkdirSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import {
  LogDamaged,
  LogFull,
  LogUnavailable,
  StreamNotFound,
  StreamTombstoned,
} from '../../application/ports/event-log.js';

/** What a database file of ours is recognised by. Both numbers stand in the file's header. */
export interface FileFormat {
  /** As a sentence names it. */
  readonly name: string;
  readonly applicationId: number;
  readonly version: number;
}

const HEADER_BYTES = 100;
const MAGIC = Buffer.from('SQLite format 3\0', 'latin1');
const USER_VERSION_OFFSET = 60;
const APPLICATION_ID_OFFSET = 68;

const BUSY = 5;
const LOCKED = 6;
const CORRUPT = 11;
const FULL = 13;
const NOT_A_DATABASE = 26;
const SHORT_READ = 522;

const PORT_ERRORS = [LogUnavailable, LogDamaged, LogFull, StreamNotFound, StreamTombstoned];

/** SQLite's own result code of an error, extended; undefined for other errors. */
export function sqliteCode(error: unknown): number | undefined {
  const code = (error as { errcode?: unknown } | null)?.errcode;
  return typeof code === 'number' ? code : undefined;
}

export function isBusy(error: unknown): boolean {
  const primary = (sqliteCode(error) ?? 0) & 0xff;
  return primary === BUSY || primary === LOCKED;
}

/** Spread, so that the callers that were turned away together don't come back together. */
export function retryAfterSeconds(): number {
  return 1 + Math.floor(Math.random() * 5);
}

/** The port's error for what SQLite or the file system says. Errors of the port itself are passed on as they are. */
export function portError(error: unknown, file: string, format: FileFormat): Error {
  if (PORT_ERRORS.some((type) => error instanceof type)) return error as Error;
  const code = sqliteCode(error) ?? 0;
  const reason = error instanceof Error ? error.message : String((error as { message?: unknown })?.message ?? error);
  const cause = { cause: error };
  switch (code & 0xff) {
    case BUSY:
    case LOCKED:
      return new LogUnavailable(`The ${format.name} ${file} is locked by another process.`, retryAfterSeconds(), cause);
    case FULL:
      return new LogFull(`There is no room left to write the ${format.name} ${file}.`, cause);
    case CORRUPT:
    case NOT_A_DATABASE:
      return damaged(file, format, `is damaged (${reason})`, cause);
  }
  if (code === SHORT_READ) return damaged(file, format, `is cut off (${reason})`, cause);
  if ((error as { code?: unknown })?.code === 'ENOSPC') {
    return new LogFull(`There is no room left to write the ${format.name} ${file}.`, cause);
  }
  return new LogUnavailable(`The ${format.name} ${file} can't be used now: ${reason}.`, retryAfterSeconds(), cause);
}

function damaged(file: string, format: FileFormat, what: string, cause?: ErrorOptions): LogDamaged {
  return new LogDamaged(`The ${format.name} ${file} ${what}. Nothing was changed in it.`, cause);
}

/** Makes the entries of a folder survive power loss. */
export function syncFolder(folder: string): void {
  syncFile(folder);
}

export function syncFile(file: string): void {
  const descriptor = openSync(file, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}

export function temporaryName(file: string): string {
  return `${file}.unfinished-${randomBytes(4).toString('hex')}`;
}

/** Removes a database file with what SQLite keeps beside it. */
export function removeDatabase(file: string): void {
  for (const suffix of ['', '-wal', '-shm', '-journal']) rmSync(file + suffix, { force: true });
}

/**
 * Gives a finished file its name, durably. A link instead of a rename, because it never replaces what is there.
 * @returns false when there was a file of that name already
 */
export function putInPlace(unfinished: string, file: string): boolean {
  syncFile(unfinished);
  try {
    linkSync(unfinished, file);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(unfinished, { force: true });
  }
  syncFolder(dirname(file));
  return true;
}

export function exists(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false }) !== undefined;
}

/**
 * Makes the file when there is none. It is filled under another name first, so that a kill half way leaves nothing
 * that could be taken for a log, and an empty file is never one of ours.
 * @param fill creates the tables, within one transaction
 */
export function createDatabase(file: string, format: FileFormat, fill: (database: DatabaseSync) => void): void {
  if (exists(file)) return;
  mkdirSync(dirname(file), { recursive: true });
  const unfinished = temporaryName(file);
  try {
    // Readable by the owner only; SQLite gives the files beside it the same mode.
    closeSync(openSync(unfinished, 'wx', 0o600));
    const database = new DatabaseSync(unfinished);
    try {
      database.exec('PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; BEGIN IMMEDIATE');
      database.exec(`PRAGMA application_id = ${format.applicationId}; PRAGMA user_version = ${format.version}`);
      fill(database);
      database.exec('COMMIT');
    } finally {
      database.close();
    }
    putInPlace(unfinished, file);
  } catch (error) {
    throw portError(error, file, format);
  } finally {
    removeDatabase(unfinished);
  }
}

/**
 * Looks at the first bytes of a file without opening it as a database, which would already write beside it.
 * @throws LogDamaged for a folder, an empty or foreign file, and one of another version
 */
export function checkHeader(file: string, format: FileFormat): void {
  const status = statSync(file, { throwIfNoEntry: false });
  if (!status) throw new LogUnavailable(`There is no ${format.name} ${file}.`, retryAfterSeconds());
  if (!status.isFile()) throw damaged(file, format, 'is not a file');
  const header = Buffer.alloc(HEADER_BYTES);
  let read: number;
  try {
    const descriptor = openSync(file, 'r');
    try {
      read = readSync(descriptor, header, 0, HEADER_BYTES, 0);
    } finally {
      closeSync(descriptor);
    }
  } catch (error) {
    throw portError(error, file, format);
  }
  if (read === 0) throw damaged(file, format, 'is empty');
  if (read < HEADER_BYTES || !header.subarray(0, MAGIC.length).equals(MAGIC)) {
    throw damaged(file, format, `is not one: its first bytes are of something else`);
  }
  if (header.readUInt32BE(APPLICATION_ID_OFFSET) !== format.applicationId) {
    throw damaged(file, format, 'is not one: it is the database of another program');
  }
  checkVersion(header.readUInt32BE(USER_VERSION_OFFSET), file, format);
}

function checkVersion(version: number, file: string, format: FileFormat): void {
  if (version === format.version) return;
  throw damaged(file, format, `is of version ${version}, and this program reads version ${format.version}`);
}

/**
 * Opens a file that is there, after looking whether it is ours.
 * @throws LogDamaged, LogUnavailable
 */
export function openDatabase(
  file: string,
  format: FileFormat,
  options: { readOnly: boolean; busyTimeoutMs: number },
): DatabaseSync {
  checkHeader(file, format);
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(file, { readOnly: options.readOnly, timeout: options.busyTimeoutMs });
    if (!options.readOnly) database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL');
    // The header in the file may be older than the one in the write-ahead log.
    const row = database.prepare('PRAGMA user_version').get() as { user_version: number };
    checkVersion(row.user_version, file, format);
    return database;
  } catch (error) {
    database?.close();
    throw portError(error, file, format);
  }
}
