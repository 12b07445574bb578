import { randomUUID } from 'node:crypto';
import { chmod, mkdir, open, readdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { KEYS_FILE, LOG_FILE } from './sqlite/files.js';

/** Version of the layout of a data folder; another one is refused rather than guessed at. */
const format = 'klantwaarde data folder, format 1\n';

/** Where everything is in a data folder. */
export function pathsOf(folder: string) {
  return {
    folder,
    log: join(folder, LOG_FILE),
    keyRing: join(folder, KEYS_FILE),
    readSide: join(folder, 'read'),
    processManagers: join(folder, 'process-managers.json'),
    controlSocket: join(folder, 'control.sock'),
    lock: join(folder, 'lock'),
    format: join(folder, 'format'),
  } as const;
}

/** A data folder that can't be used; the message is one sentence for whoever named it. */
export class DataFolderError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'DataFolderError';
  }
}

async function kindOf(path: string): Promise<'none' | 'folder' | 'other'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'other';
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code === 'ENOENT') return 'none';
    if (code === 'ENOTDIR') return 'other';
    throw error;
  }
}

/**
 * Makes the data folder, readable by its owner only, or checks that an existing one is of this version.
 * @throws DataFolderError
 */
export async function prepareDataFolder(folder: string): Promise<void> {
  try {
    await prepare(folder);
  } catch (error) {
    if (error instanceof DataFolderError) throw error;
    throw new DataFolderError(`The data folder ${folder} can't be used: ${(error as Error).message}.`, {
      cause: error,
    });
  }
}

async function prepare(folder: string): Promise<void> {
  const kind = await kindOf(folder);
  if (kind === 'other') throw new DataFolderError(`${folder} is not a folder, so it can't be the data folder.`);
  if (kind === 'none') {
    await mkdir(folder, { recursive: true });
    await chmod(folder, 0o700);
  }
  const marker = pathsOf(folder).format;
  // Listed first: another process that is making the folder just now writes the marker before anything else.
  const others = (await readdir(folder)).filter((name) => !name.startsWith('format'));
  const found = await readFile(marker, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (found === format) return;
  if (found !== undefined) {
    throw new DataFolderError(
      `The data folder ${folder} is of another version ("${found.trim().slice(0, 80)}" instead of "${format.trim()}"); ` +
        'nothing in it was touched.',
    );
  }
  if (others.length > 0) {
    throw new DataFolderError(
      `${folder} holds other things and no data of klantwaarde, so it isn't used as the data folder; name a new or ` +
        'an empty one.',
    );
  }
  await writeDurably(folder, marker, format);
}

/** A crash leaves the whole file or none. */
export async function writeDurably(folder: string, path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID()}`;
  const file = await open(temporary, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await rename(temporary, path);
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/**
 * Keeps a second service off the folder. The lock is one of the operating system's (held through an SQLite file), so it
 * is gone the moment the process is, however that ends.
 * @throws DataFolderError while another process holds it
 */
export function lockDataFolder(folder: string): { release(): void } {
  const database = new DatabaseSync(pathsOf(folder).lock);
  try {
    database.exec('PRAGMA busy_timeout = 0; BEGIN EXCLUSIVE');
  } catch (error) {
    database.close();
    throw new DataFolderError(`Another klantwaarde service is using the data folder ${folder}.`, { cause: error });
  }
  return { release: () => database.close() };
}
