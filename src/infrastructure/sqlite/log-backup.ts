import { createHash, type Hash } from 'node:crypto';
import { mkdir, open, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { backup, type DatabaseSync } from 'node:sqlite';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { z } from 'zod';
import {
  exists,
  type FileFormat,
  openDatabase,
  portError,
  putInPlace,
  removeDatabase,
  syncFile,
  syncFolder,
  temporaryName,
} from './database-file.js';
import { KEYS_FILE, LOG_FILE, MANIFEST_FILE } from './files.js';
import { LOG_FORMAT, openLog } from './log-format.js';
import { patiently } from './patiently.js';
import { KEY_RING_FORMAT } from './sqlite-key-ring.js';

export interface BackupProgress {
  readonly step: 'copying' | 'checking';
  /** In the unit of the total: pages, bytes or positions. */
  readonly done: number;
  readonly total: number;
}

export interface BackupOptions {
  readonly onProgress?: (progress: BackupProgress) => void;
}

/** A backup that can't be made or believed; the message says why. Nothing was written where it was meant to go. */
export class BackupRefused extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'BackupRefused';
  }
}

const logManifest = z.strictObject({
  format: z.literal('klantwaarde log backup 1'),
  logId: z.string(),
  /** Last position, as a decimal string; "0" for an empty log. */
  head: z.string(),
  events: z.number().int(),
  /** SHA-256, in hexadecimal; see `digestOfLog`. */
  digest: z.string(),
});
export type LogManifest = z.infer<typeof logManifest>;

const keyRingManifest = z.strictObject({
  format: z.literal('klantwaarde key ring backup 1'),
  keys: z.number().int(),
  /** SHA-256 over each subject and key in the order of the subjects, in hexadecimal. */
  digest: z.string(),
});
export type KeyRingManifest = z.infer<typeof keyRingManifest>;

/** How each of the two files is copied, described and recognised. */
interface Kind<Manifest> {
  readonly file: string;
  readonly format: FileFormat;
  readonly manifest: z.ZodType<Manifest>;
  describe(file: string, options: BackupOptions): Promise<Manifest>;
}

const LOG: Kind<LogManifest> = {
  file: LOG_FILE,
  format: LOG_FORMAT,
  manifest: logManifest,
  describe: describeLog,
};

const KEY_RING: Kind<KeyRingManifest> = {
  file: KEYS_FILE,
  format: KEY_RING_FORMAT,
  manifest: keyRingManifest,
  describe: describeKeyRing,
};

const BUSY_TIMEOUT_MS = 5_000;
const PAGES_PER_STEP = 1_000;
const ROWS_PER_PAGE = 1_000;
const COPY_BYTES = 1_048_576;

/**
 * Copies a log, as it is at one moment, into a new folder, while others go on writing to it. The key ring is not part
 * of it. The folder gets its name when all of it is on the disk: one of that name is a whole backup.
 * @throws BackupRefused when the folder is there already
 * @throws LogDamaged, LogUnavailable, LogFull
 */
export function backupLog(file: string, folder: string, options: BackupOptions = {}): Promise<LogManifest> {
  return backUp(LOG, file, folder, options);
}

/** Likewise for the key ring, to be kept apart and thrown away soon: a destroyed key lives on in it. */
export function backupKeyRing(file: string, folder: string, options: BackupOptions = {}): Promise<KeyRingManifest> {
  return backUp(KEY_RING, file, folder, options);
}

/**
 * Puts a backed-up log into a data folder that has none, after proving that what it holds equals what was backed up.
 * @throws BackupRefused
 */
export function restoreLog(folder: string, dataFolder: string, options: BackupOptions = {}): Promise<LogManifest> {
  return restore(LOG, folder, dataFolder, options);
}

/** @throws BackupRefused */
export function restoreKeyRing(
  folder: string,
  dataFolder: string,
  options: BackupOptions = {},
): Promise<KeyRingManifest> {
  return restore(KEY_RING, folder, dataFolder, options);
}

async function backUp<Manifest>(
  kind: Kind<Manifest>,
  source: string,
  folder: string,
  options: BackupOptions,
): Promise<Manifest> {
  const target = resolve(folder);
  if (exists(target)) throw new BackupRefused(`There is something at ${folder} already: a backup makes a new folder.`);
  const unfinished = temporaryName(target);
  const copy = join(unfinished, kind.file);
  const description = join(unfinished, MANIFEST_FILE);
  try {
    await mkdir(dirname(target), { recursive: true });
    await mkdir(unfinished, { mode: 0o700 });
    await copyDatabase(source, kind.format, copy, options);
    const manifest = await kind.describe(copy, options);
    await writeFile(description, `${JSON.stringify(manifest, null, 2)}\n`, { mode: 0o600 });
    for (const written of [copy, description, unfinished]) syncFile(written);
    // Never replaces a folder that holds something.
    await rename(unfinished, target);
    syncFolder(dirname(target));
    return manifest;
  } catch (error) {
    throw portError(error, source, kind.format);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function copyDatabase(source: string, format: FileFormat, copy: string, options: BackupOptions): Promise<void> {
  const database = await patiently(BUSY_TIMEOUT_MS, () =>
    openDatabase(source, format, { readOnly: true, busyTimeoutMs: 0 }),
  );
  try {
    // Holds on to this moment of the file. Without it each commit of the service would start the copying afresh.
    database.exec('BEGIN');
    await patiently(BUSY_TIMEOUT_MS, () => database.prepare('SELECT count(*) FROM sqlite_schema').get());
    await (await open(copy, 'wx', 0o600)).close();
    let total = 0;
    await backup(database, copy, {
      rate: PAGES_PER_STEP,
      progress: ({ totalPages, remainingPages }) => {
        total = totalPages;
        options.onProgress?.({ step: 'copying', done: totalPages - remainingPages, total: totalPages });
      },
    });
    options.onProgress?.({ step: 'copying', done: total, total });
  } finally {
    database.close();
  }
}

async function restore<Manifest>(
  kind: Kind<Manifest>,
  folder: string,
  dataFolder: string,
  options: BackupOptions,
): Promise<Manifest> {
  const target = join(resolve(dataFolder), kind.file);
  refuseIfThere(kind, target, dataFolder);
  const expected = await readManifest(kind, folder);
  const unfinished = temporaryName(target);
  try {
    await mkdir(dataFolder, { recursive: true, mode: 0o700 });
    await copyFile(join(folder, kind.file), unfinished, options);
    const found = await kind.describe(unfinished, options);
    if (JSON.stringify(found) !== JSON.stringify(expected)) {
      throw new BackupRefused(`The backup ${folder} does not hold what its ${MANIFEST_FILE} says: it is not restored.`);
    }
    refuseIfThere(kind, target, dataFolder);
    if (!putInPlace(unfinished, target)) refuse(kind, dataFolder);
    return found;
  } catch (error) {
    if (error instanceof BackupRefused) throw error;
    throw new BackupRefused(`The backup ${folder} can't be restored: ${(error as Error).message}`, { cause: error });
  } finally {
    removeDatabase(unfinished);
  }
}

/** A write-ahead log without its file is refused as well: SQLite would take it for that of the restored file. */
function refuseIfThere<Manifest>(kind: Kind<Manifest>, target: string, dataFolder: string): void {
  if (exists(target) || exists(`${target}-wal`)) refuse(kind, dataFolder);
}

function refuse<Manifest>(kind: Kind<Manifest>, dataFolder: string): never {
  throw new BackupRefused(`There is ${one(kind)} in ${dataFolder} already: nothing was replaced.`);
}

/** `an event log`, `a key ring`. */
function one<Manifest>({ format }: Kind<Manifest>): string {
  return `${/^[aeiou]/.test(format.name) ? 'an' : 'a'} ${format.name}`;
}

async function readManifest<Manifest>(kind: Kind<Manifest>, folder: string): Promise<Manifest> {
  try {
    return kind.manifest.parse(JSON.parse(await readFile(join(folder, MANIFEST_FILE), 'utf8')));
  } catch (error) {
    throw new BackupRefused(`${folder} is not a whole backup of ${one(kind)}.`, { cause: error });
  }
}

async function copyFile(from: string, to: string, options: BackupOptions): Promise<void> {
  const source = await open(from, 'r');
  const target = await open(to, 'wx', 0o600);
  try {
    const { size: total } = await source.stat();
    let done = 0;
    for await (const chunk of source.createReadStream({ highWaterMark: COPY_BYTES, autoClose: false })) {
      await target.writeFile(chunk as Buffer);
      done += (chunk as Buffer).length;
      options.onProgress?.({ step: 'copying', done, total });
    }
  } finally {
    await source.close();
    await target.close();
  }
}

async function describeLog(file: string, options: BackupOptions): Promise<LogManifest> {
  const { database, id } = openLog(file, { readOnly: false, busyTimeoutMs: BUSY_TIMEOUT_MS });
  try {
    return { format: 'klantwaarde log backup 1', logId: id, ...(await digestOfLog(database, options)) };
  } finally {
    database.close();
  }
}

/**
 * What a log holds, in one figure: SHA-256 over one line of JSON per event in position order (position, stream,
 * revision, id, type, data, metadata, recorded and original recorded time), then one per tombstoned stream by name.
 * @param database a copy that nobody writes to
 */
export async function digestOfLog(
  database: DatabaseSync,
  options: BackupOptions = {},
): Promise<Pick<LogManifest, 'head' | 'events' | 'digest'>> {
  const page = database.prepare(`
    SELECT position, name, revision, events.id, type, data, metadata, recorded_at, original_recorded_at
    FROM events LEFT JOIN streams ON streams.id = events.stream
    WHERE position > ? ORDER BY position LIMIT ${ROWS_PER_PAGE}`);
  page.setReadBigInts(true);
  page.setReturnArrays(true);
  const { head } = database.prepare('SELECT CAST(head AS TEXT) AS head FROM log').get() as { head: string };
  const total = Number(head);
  const hash = createHash('sha256');
  let events = 0;
  let after = 0n;
  for (;;) {
    const rows = page.all(after) as unknown as [bigint, ...unknown[]][];
    const last = rows.at(-1);
    if (!last) break;
    addLines(hash, rows);
    events += rows.length;
    after = last[0];
    options.onProgress?.({ step: 'checking', done: Number(after), total });
    await nextTurn();
  }
  const tombstoned = database.prepare('SELECT name FROM streams WHERE tombstoned = 1 ORDER BY name');
  tombstoned.setReturnArrays(true);
  addLines(hash, tombstoned.all() as unknown as unknown[][]);
  options.onProgress?.({ step: 'checking', done: total, total });
  return { head, events, digest: hash.digest('hex') };
}

async function describeKeyRing(file: string, options: BackupOptions): Promise<KeyRingManifest> {
  const database = openDatabase(file, KEY_RING_FORMAT, { readOnly: false, busyTimeoutMs: BUSY_TIMEOUT_MS });
  try {
    const { keys } = database.prepare('SELECT count(*) AS keys FROM keys').get() as { keys: number };
    const page = database.prepare(
      `SELECT subject, hex(key) FROM keys WHERE subject > ? ORDER BY subject LIMIT ${ROWS_PER_PAGE}`,
    );
    page.setReturnArrays(true);
    const hash = createHash('sha256');
    let done = 0;
    let after = '';
    for (;;) {
      const rows = page.all(after) as unknown as [string, string][];
      const last = rows.at(-1);
      if (!last) break;
      addLines(hash, rows);
      done += rows.length;
      after = last[0];
      options.onProgress?.({ step: 'checking', done, total: keys });
      await nextTurn();
    }
    return { format: 'klantwaarde key ring backup 1', keys, digest: hash.digest('hex') };
  } finally {
    database.close();
  }
}

function addLines(hash: Hash, rows: readonly unknown[][]): void {
  let lines = '';
  for (const row of rows) {
    lines += `${JSON.stringify(row.map((value) => (typeof value === 'bigint' ? String(value) : value)))}\n`;
  }
  hash.update(lines);
}
