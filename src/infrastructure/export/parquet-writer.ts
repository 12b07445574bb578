import { join } from 'node:path';
import { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Column } from '../../application/export/columns.js';
import { syncFile } from '../sqlite/database-file.js';

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;
const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

export interface ParquetWriterOptions {
  /** For what does not fit into memory. */
  readonly temporaryFolder: string;
  /** E.g. `300MB`. */
  readonly memoryLimit?: string;
}

/** A DuckDB of its own, as that of the read side may not write files. */
export class ParquetWriter {
  private constructor(
    private readonly instance: DuckDBInstance,
    readonly connection: DuckDBConnection,
  ) {}

  static async open({ temporaryFolder, memoryLimit = '300MB' }: ParquetWriterOptions): Promise<ParquetWriter> {
    const instance = await DuckDBInstance.create(':memory:', {
      memory_limit: memoryLimit,
      temp_directory: join(temporaryFolder, 'tmp'),
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    return new ParquetWriter(instance, connection);
  }

  /** Reads the tables and views of a read side that is open nowhere else. */
  async attach(file: string): Promise<void> {
    await this.connection.run(`ATTACH ${literal(file)} AS read_side (READ_ONLY)`);
    await this.connection.run('USE read_side');
  }

  /**
   * Writes rows as they come, under the names of their fields in snake case.
   * @returns how many they were
   */
  async writeRows(
    file: string,
    columns: Readonly<Record<string, Column>>,
    pages: AsyncIterable<readonly Readonly<Record<string, unknown>>[]>,
    notes: Readonly<Record<string, string>>,
  ): Promise<number> {
    const fields = Object.entries(columns);
    const table = 'memory.main.exported';
    await this.connection.run(
      `CREATE OR REPLACE TABLE ${table} (${fields.map(([name, { type }]) => `${quoted(name)} ${type}`).join(', ')})`,
    );
    // As texts, which is what is exact on both sides.
    const shape = JSON.stringify([Object.fromEntries(fields.map(([name]) => [name, 'VARCHAR']))]);
    const values = fields.map(([name, { type }]) => `CAST(r.${quoted(name)} AS ${type})`).join(', ');
    const insert = await this.connection.prepare(
      `INSERT INTO ${table} SELECT ${values} FROM (SELECT unnest(from_json($1, ${literal(shape)})) AS r)`,
    );
    try {
      for await (const rows of pages) {
        const told = rows.map((row) => Object.fromEntries(fields.map(([name]) => [name, textOf(row[name])])));
        insert.bindVarchar(1, JSON.stringify(told));
        await insert.run();
      }
    } finally {
      insert.destroySync();
    }
    const select = fields.map(([name]) => `${quoted(name)} AS ${quoted(snakeCase(name))}`).join(', ');
    const count = await this.write(file, `SELECT ${select} FROM ${table}`, notes);
    await this.connection.run(`DROP TABLE ${table}`);
    return count;
  }

  /** @returns how many rows the SELECT gave */
  async write(file: string, select: string, notes: Readonly<Record<string, string>>): Promise<number> {
    const metadata = Object.entries(notes)
      .map(([name, text]) => `${quoted(name)}: ${literal(text)}`)
      .join(', ');
    const copied = await this.connection.runAndReadAll(
      `COPY (${select}) TO ${literal(file)} (FORMAT parquet, KV_METADATA {${metadata}})`,
    );
    syncFile(file);
    return Number(copied.getRows()[0]?.[0]);
  }

  close(): void {
    this.connection.closeSync();
    this.instance.closeSync();
  }
}

function textOf(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === 'object') throw new TypeError('A column of an exported table holds one value.');
  return String(value);
}

export const snakeCase = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
