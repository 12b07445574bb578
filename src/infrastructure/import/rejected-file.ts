import { randomUUID } from 'node:crypto';
import { access, constants, type FileHandle, open, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ImportError } from './import-error.js';

const BUFFERED_CHARACTERS = 1 << 18;

/** `orders.csv.gz` becomes `orders.rejected.csv` beside it, or in the current folder where that one can't be written. */
export async function defaultRejectedFile(file: string): Promise<string> {
  const name = `${basename(file).replace(/(\.csv)?(\.gz)?$/i, '')}.rejected.csv`;
  const folder = dirname(file);
  try {
    await access(folder, constants.W_OK);
    // An administrator may write anywhere, but a folder that is read-only for everybody is meant to stay as it is.
    const { mode } = await stat(folder);
    return (mode & 0o222) === 0 ? name : join(folder, name);
  } catch {
    return name;
  }
}

/**
 * The rows that could not be used, as they were, each with its line number and the reason. It appears under its name
 * when it is complete, or not at all.
 */
export class RejectedFile {
  private buffered: string[] = [];
  private size = 0;
  private rows = 0;

  private constructor(
    readonly path: string,
    private readonly temporary: string,
    private readonly handle: FileHandle,
  ) {}

  /** @throws ImportError where it can't be written, before anything is imported */
  static async create(path: string): Promise<RejectedFile> {
    const temporary = `${path}.${randomUUID()}.part`;
    try {
      return new RejectedFile(path, temporary, await open(temporary, 'wx', 0o600));
    } catch (error) {
      const why = (error as Error).message;
      throw new ImportError(`Rejected rows can't be written to ${path}: ${why}.`, { cause: error });
    }
  }

  header(names: readonly string[], delimiter: string): void {
    this.put([...names, 'line', 'reason'], delimiter);
  }

  add(fields: readonly string[], line: number, reason: string, delimiter: string): void {
    this.put([...fields, String(line), reason], delimiter);
    this.rows += 1;
  }

  async writeWhenFull(): Promise<void> {
    if (this.size > BUFFERED_CHARACTERS) await this.write();
  }

  private async write(): Promise<void> {
    const text = this.buffered.join('');
    this.buffered = [];
    this.size = 0;
    await this.handle.write(text);
  }

  /** Gives it its name; without a single row it goes away. True when there is a file now. */
  async finish(): Promise<boolean> {
    await this.write();
    await this.handle.sync();
    await this.handle.close();
    if (this.rows > 0) await rename(this.temporary, this.path);
    else await rm(this.temporary, { force: true });
    return this.rows > 0;
  }

  async abandon(): Promise<void> {
    await this.handle.close().catch(() => undefined);
    await rm(this.temporary, { force: true });
  }

  private put(fields: readonly string[], delimiter: string): void {
    const record = `${fields.map((field) => quoted(field, delimiter)).join(delimiter)}\n`;
    this.buffered.push(record);
    this.size += record.length;
  }
}

const SPECIAL = /[",;\r\n]/;

function quoted(field: string, delimiter: string): string {
  if (!SPECIAL.test(field)) return field;
  return field.includes('"') || field.includes(delimiter) || field.includes('\n') || field.includes('\r')
    ? `"${field.replaceAll('"', '""')}"`
    : field;
}
