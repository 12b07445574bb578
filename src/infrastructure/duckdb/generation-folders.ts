import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

/** Another process has the read side open. */
export class ReadSideInUse extends Error {
  constructor(folder: string, options?: ErrorOptions) {
    super(`The read side in ${folder} is open in another process.`, options);
    this.name = 'ReadSideInUse';
  }
}

const numbered = /^[1-9]\d{0,9}$/;

/**
 * The folder of the read side: a folder per generation, named by its number, and the one-line file CURRENT that says
 * which of them is to be believed.
 */
export class GenerationFolders {
  private lock: DatabaseSync | undefined;

  constructor(private readonly folder: string) {}

  /** Keeps other processes out until `release`, or until this process ends, however it ends. @throws ReadSideInUse */
  claim(): void {
    mkdirSync(this.folder, { recursive: true });
    const lock = new DatabaseSync(join(this.folder, 'lock'));
    try {
      lock.exec('PRAGMA journal_mode = MEMORY');
      lock.exec('BEGIN EXCLUSIVE');
      this.lock = lock;
    } catch (error) {
      lock.close();
      throw new ReadSideInUse(this.folder, { cause: error });
    }
  }

  release(): void {
    this.lock?.close();
    this.lock = undefined;
  }

  path(generation: number): string {
    return join(this.folder, String(generation));
  }

  /** The generation to be believed; undefined when none is named, or what is named makes no sense. */
  current(): number | undefined {
    try {
      const text = readFileSync(join(this.folder, 'CURRENT'), 'utf8').trim();
      return numbered.test(text) ? Number(text) : undefined;
    } catch {
      return undefined;
    }
  }

  /** A number that no generation has or had. */
  next(): number {
    return Math.max(0, this.current() ?? 0, ...this.all()) + 1;
  }

  /** From now on, also after a crash, this one is believed. */
  name(generation: number): void {
    const temporary = join(this.folder, 'CURRENT.tmp');
    const file = openSync(temporary, 'w');
    try {
      writeSync(file, `${generation}\n`);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, join(this.folder, 'CURRENT'));
    const folder = openSync(this.folder, 'r');
    try {
      fsyncSync(folder);
    } finally {
      closeSync(folder);
    }
  }

  remove(generation: number): void {
    rmSync(this.path(generation), { recursive: true, force: true });
  }

  /** Removes what killed builds left behind. */
  removeAllBut(kept: number | undefined): void {
    for (const generation of this.all()) if (generation !== kept) this.remove(generation);
    rmSync(join(this.folder, 'CURRENT.tmp'), { force: true });
  }

  private all(): number[] {
    return readdirSync(this.folder)
      .filter((name) => numbered.test(name))
      .map(Number);
  }
}
