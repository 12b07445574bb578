import { mkdirSync, rmSync, statSync } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Checkpoint, Row } from '../../application/ports/read-side.js';
import { type CompanySettings, commonMacros, connect, createMacros, openDatabase, Statements } from './database.js';
import { type Identity, Projector } from './projector.js';
import { bind, toRows } from './rows.js';
import { type CopyOptions, copyDurably } from './snapshot.js';
import { digestOf, type Fact, type SqlFile } from './sql-files.js';

export interface GenerationOptions {
  readonly settings: CompanySettings;
  readonly facts: readonly Fact[];
  readonly views: readonly SqlFile[];
  readonly memoryLimit: string;
  readonly threads: number;
  /** Connections that answer questions, beside the one that writes. Each query in flight takes a thread of libuv's pool. */
  readonly readers: number;
}

/** What a generation that was opened says of itself; the digest of its facts is the one that it was opened with. */
export interface StoredIdentity extends Omit<Identity, 'digest'> {
  readonly complete: boolean;
  readonly lastEventId: string | undefined;
}

export const DATABASE_FILE = 'read.duckdb';
const KEPT_PER_NAME = 8;

interface Reader {
  readonly connection: DuckDBConnection;
  readonly statements: Statements;
}

interface Kept {
  readonly table: Promise<string>;
}

/** One read side: a database file with its facts and views, a connection that writes and a few that read. */
export class Generation {
  private readonly idle: Reader[] = [];
  private readonly waiting: ((reader: Reader) => void)[] = [];
  private readonly kept = new Map<string, Map<string, Kept>>();
  private keptSoFar = 0;
  private inUse = 0;
  private isClosing = false;
  private source: FileHandle | undefined;
  private whenUnused: () => void = () => undefined;

  private constructor(
    readonly number: number,
    readonly folder: string,
    private readonly instance: DuckDBInstance,
    readonly projector: Projector,
  ) {}

  /** Begins an empty one, to be filled in bulk. */
  static async create(
    number: number,
    folder: string,
    identity: Identity,
    options: GenerationOptions,
  ): Promise<Generation> {
    rmSync(folder, { recursive: true, force: true });
    mkdirSync(folder, { recursive: true });
    const instance = await Generation.database(folder, false, options);
    try {
      const connection = await connect(instance, { writeAheadLog: false });
      await Projector.create(connection, options.facts, identity);
      // A view that is wrong is better found out before the work than after it.
      await Generation.loadMacros(connection, options);
      return new Generation(number, folder, instance, await Projector.open(connection, options.facts));
    } catch (error) {
      instance.closeSync();
      throw error;
    }
  }

  /**
   * Opens one that was completed, to follow the log and answer questions.
   * @param digest of the facts that it has to have been made by
   */
  static async open(number: number, folder: string, digest: string, options: GenerationOptions): Promise<Generation> {
    const instance = await Generation.database(folder, true, options);
    try {
      const connection = await instance.connect();
      // Before its views: those of newer facts can't be made over the tables of older ones.
      const [made] = (await connection.runAndReadAll('SELECT digest FROM read_side')).getRows();
      if (made?.[0] !== digest) throw new Error('it was made by other rules.');
      await Generation.loadMacros(connection, options);
      const projector = await Projector.open(connection, options.facts);
      const generation = new Generation(number, folder, instance, projector);
      for (let reader = 0; reader < options.readers; reader++) {
        const reading = await instance.connect();
        generation.idle.push({ connection: reading, statements: new Statements(reading) });
      }
      return generation;
    } catch (error) {
      instance.closeSync();
      throw error;
    }
  }

  private static database(folder: string, writeAheadLog: boolean, options: GenerationOptions) {
    return openDatabase(join(folder, DATABASE_FILE), {
      memoryLimit: options.memoryLimit,
      // While a build runs, this process's own thread prepares events: DuckDB gets one thread less, or both only wait
      // for each other (on two processors a second one cost 70% more processor time and gained nothing).
      threads: writeAheadLog ? options.threads : Math.max(1, options.threads - 1),
      writeAheadLog,
      temporaryFolder: join(folder, 'tmp'),
    });
  }

  /** Macros are kept in the file; they are made again only when they changed. */
  private static async loadMacros(connection: DuckDBConnection, options: GenerationOptions): Promise<void> {
    const macros = [...commonMacros(options.settings), ...options.views];
    const digest = digestOf(macros.map(({ text }) => text));
    await connection.run('CREATE TABLE IF NOT EXISTS loaded_views (digest VARCHAR)');
    const [row] = (await connection.runAndReadAll('SELECT digest FROM loaded_views')).getRows();
    if (row?.[0] === digest) return;
    await connection.run('BEGIN');
    try {
      await connection.run('DELETE FROM loaded_views');
      await createMacros(connection, macros);
      await connection.run(`INSERT INTO loaded_views VALUES ('${digest}')`);
      await connection.run('COMMIT');
    } catch (error) {
      await connection.run('ROLLBACK').catch(() => undefined);
      throw error;
    }
  }

  async identity(): Promise<StoredIdentity> {
    const [row] = await this.rows<{ logId: string; complete: boolean; eventId: string | null }>(
      'SELECT log_id, complete, event_id FROM read_side',
      {},
    );
    if (!row) throw new Error('It does not say what it was made from.');
    return { logId: row.logId, complete: row.complete, lastEventId: row.eventId ?? undefined };
  }

  async rows<T = Row>(sql: string, params: Readonly<Record<string, unknown>>): Promise<T[]> {
    return this.withReader(async ({ statements }) => {
      const statement = await statements.get(sql);
      try {
        bind(statement, params);
        return await toRows<T>(await statement.run());
      } catch (error) {
        statements.drop(sql);
        throw error;
      }
    });
  }

  /** See Reading.keep. */
  async keep(
    name: string,
    key: string,
    sql: string | (() => Promise<string>),
    params: Readonly<Record<string, unknown>>,
  ): Promise<string> {
    let tables = this.kept.get(name);
    if (!tables) {
      tables = new Map();
      this.kept.set(name, tables);
    }
    const found = tables.get(key);
    if (found) {
      tables.delete(key);
      tables.set(key, found);
      return found.table;
    }
    // Numbered: what is made again must not bear the name of one that is still to be dropped.
    const made: Kept = { table: this.makeTable(`kept.${name}_${this.number}_${++this.keptSoFar}`, sql, params) };
    tables.set(key, made);
    made.table.catch(() => tables.delete(key));
    await made.table;
    while (tables.size > KEPT_PER_NAME) {
      const [oldest] = tables.keys();
      if (oldest === undefined) break;
      const dropped = tables.get(oldest);
      tables.delete(oldest);
      // A question that was given its name a moment ago still gets to read it.
      if (dropped) setTimeout(() => void this.dropTable(dropped.table), 30_000).unref();
    }
    return made.table;
  }

  /**
   * Copies the file as it is at one moment. Applying waits for the copy; questions don't.
   *
   * The file itself is copied, a hundred times as quickly as DuckDB would copy its rows. That is right because nothing
   * but the applying writes to it, and because what was applied is in the file and not beside it when the copy begins.
   * The source stays open for as long as the generation is: closing it would take away the lock that DuckDB holds on
   * the file, as the operating system gives up all of a process's locks on a file at its first closing.
   */
  async copyTo(file: string, options: CopyOptions): Promise<Checkpoint & { readonly bytes: number }> {
    if (this.isClosing) throw new Error('The read side is closed.');
    this.inUse++;
    try {
      const path = join(this.folder, DATABASE_FILE);
      return await this.projector.standingStill(async () => {
        const beside = statSync(`${path}.wal`, { throwIfNoEntry: false });
        if (beside && beside.size > 0)
          throw new Error('Something is written to the read side all the time: try again.');
        this.source ??= await open(path, 'r');
        return { bytes: await copyDurably(this.source, file, options), ...this.projector.checkpoint() };
      });
    } finally {
      if (--this.inUse === 0) this.whenUnused();
    }
  }

  /** Waits for the queries in flight. What was applied is worked into the file. */
  async close(): Promise<void> {
    if (this.isClosing) return;
    this.isClosing = true;
    if (this.inUse > 0) {
      await new Promise<void>((resolve) => {
        this.whenUnused = resolve;
      });
    }
    for (const { connection, statements } of this.idle.splice(0)) {
      statements.clear();
      connection.closeSync();
    }
    this.projector.close();
    this.instance.closeSync();
    await this.source?.close();
  }

  private async makeTable(
    table: string,
    sql: string | (() => Promise<string>),
    params: Readonly<Record<string, unknown>>,
  ): Promise<string> {
    // Before a reader is taken: it may keep something itself.
    const select = typeof sql === 'string' ? sql : await sql();
    return this.withReader(async ({ connection }) => {
      const statement = await connection.prepare(`CREATE TABLE ${table} AS ${select}`);
      try {
        bind(statement, params);
        await statement.run();
        return table;
      } finally {
        statement.destroySync();
      }
    });
  }

  private async dropTable(table: Promise<string>): Promise<void> {
    if (this.isClosing) return;
    const name = await table;
    await this.withReader(async ({ connection }) => {
      await connection.run(`DROP TABLE IF EXISTS ${name}`);
    }).catch(() => undefined);
  }

  private async withReader<T>(use: (reader: Reader) => Promise<T>): Promise<T> {
    if (this.isClosing && this.inUse === 0) throw new Error('The read side is closed.');
    this.inUse++;
    const reader = this.idle.pop() ?? (await new Promise<Reader>((resolve) => this.waiting.push(resolve)));
    try {
      return await use(reader);
    } finally {
      const next = this.waiting.shift();
      if (next) next(reader);
      else this.idle.push(reader);
      if (--this.inUse === 0) this.whenUnused();
    }
  }
}
