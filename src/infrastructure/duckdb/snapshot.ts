import { type FileHandle, mkdir, open, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { exists, putInPlace, temporaryName } from '../sqlite/database-file.js';

export interface CopyOptions {
  /** In bytes. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** A snapshot that can't be made or believed; the message says why. Nothing was written where it was meant to go. */
export class SnapshotRefused extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'SnapshotRefused';
  }
}

const COPY_BYTES = 4 * 1024 * 1024;

/**
 * Copies an open file to a new one, which has its name only when all of it is on the disk.
 * @returns its bytes
 * @throws SnapshotRefused when there is something of that name already
 */
export async function copyDurably(source: FileHandle, file: string, options: CopyOptions = {}): Promise<number> {
  const target = resolve(file);
  if (exists(target)) throw refusal(file);
  const unfinished = temporaryName(target);
  await mkdir(dirname(target), { recursive: true });
  try {
    const bytes = await copy(source, unfinished, options);
    if (!putInPlace(unfinished, target)) throw refusal(file);
    return bytes;
  } finally {
    await rm(unfinished, { force: true });
  }
}

function refusal(file: string): SnapshotRefused {
  return new SnapshotRefused(`There is something at ${file} already: nothing was replaced.`);
}

async function copy(source: FileHandle, to: string, { onProgress, signal }: CopyOptions): Promise<number> {
  const target = await open(to, 'wx', 0o600);
  try {
    const { size } = await source.stat();
    const buffer = Buffer.allocUnsafe(COPY_BYTES);
    let done = 0;
    while (done < size) {
      signal?.throwIfAborted();
      const { bytesRead } = await source.read(buffer, 0, Math.min(COPY_BYTES, size - done), done);
      if (bytesRead === 0) throw new Error('The file became shorter while it was copied.');
      await target.write(buffer, 0, bytesRead);
      done += bytesRead;
      onProgress?.(done, size);
    }
    return size;
  } finally {
    await target.close();
  }
}
