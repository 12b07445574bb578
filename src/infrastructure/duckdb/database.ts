import { type DuckDBConnection, DuckDBInstance, type DuckDBPreparedStatement } from '@duckdb/node-api';
import type { SqlFile } from './sql-files.js';

export interface DatabaseOptions {
  /** E.g. `300MB`. DuckDB keeps somewhat more than that. */
  readonly memoryLimit: string;
  readonly threads: number;
  /**
   * Without a write-ahead log nothing is kept before a checkpoint: for a build that is worth nothing until it is whole.
   * Writing it costs as much as everything else.
   */
  readonly writeAheadLog: boolean;
  /** Where to put what does not fit into memory. */
  readonly temporaryFolder: string;
}

const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** Opens a database file, or makes it, with no way out to other files. */
export async function openDatabase(path: string, options: DatabaseOptions): Promise<DuckDBInstance> {
  const instance = await DuckDBInstance.create(options.writeAheadLog ? path : ':memory:', {
    memory_limit: options.memoryLimit,
    threads: String(options.threads),
    checkpoint_threshold: options.writeAheadLog ? '64MB' : '1TB',
    temp_directory: options.temporaryFolder,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    preserve_insertion_order: 'false',
  });
  try {
    const connection = await instance.connect();
    if (!options.writeAheadLog)
      await connection.run(`ATTACH ${literal(path)} AS building (RECOVERY_MODE no_wal_writes)`);
    await connection.run("ATTACH ':memory:' AS kept");
    await connection.run("SET GLOBAL TimeZone = 'UTC'");
    // Statements are prepared once, and DuckDB 1.5 leaves out of a plan what the statistics of that moment make
    // needless: a condition that held for every row then would be missing when it no longer does.
    await connection.run("SET GLOBAL disabled_optimizers = 'statistics_propagation'");
    await connection.run('SET GLOBAL enable_external_access = false');
    await connection.run('SET GLOBAL lock_configuration = true');
    connection.closeSync();
    return instance;
  } catch (error) {
    instance.closeSync();
    throw error;
  }
}

/** A connection to the database file, whichever way it was opened. */
export async function connect(
  instance: DuckDBInstance,
  options: Pick<DatabaseOptions, 'writeAheadLog'>,
): Promise<DuckDBConnection> {
  const connection = await instance.connect();
  if (!options.writeAheadLog) await connection.run('USE building');
  return connection;
}

export interface CompanySettings {
  /** IANA name of the zone whose days are business days. */
  readonly timeZone: string;
  /** ISO 4217 code of the currency that amounts are reported in. */
  readonly currency: string;
}

/** What all SQL may call. */
export function commonMacros(settings: CompanySettings): readonly SqlFile[] {
  const zone = literal(settings.timeZone);
  return [
    {
      name: 'local_day',
      text: `CREATE OR REPLACE MACRO local_day(ts) AS CAST(timezone(${zone}, timezone('UTC', ts)) AS DATE)`,
    },
    {
      name: 'day_start',
      text: `CREATE OR REPLACE MACRO day_start(day) AS timezone('UTC', timezone(${zone}, CAST(day AS TIMESTAMP)))`,
    },
    {
      name: 'reporting_currency',
      text: `CREATE OR REPLACE MACRO reporting_currency() AS ${literal(settings.currency)}`,
    },
    {
      // How many decimals a currency's minor unit has (ISO 4217).
      name: 'minor_unit',
      text: `CREATE OR REPLACE MACRO minor_unit(currency) AS
        CASE
          WHEN currency IN ('BIF', 'CLP', 'DJF', 'GNF', 'ISK', 'JPY', 'KMF', 'KRW', 'PYG', 'RWF', 'UGX', 'VND', 'VUV',
            'XAF', 'XOF', 'XPF') THEN 0
          WHEN currency IN ('BHD', 'IQD', 'JOD', 'KWD', 'LYD', 'OMR', 'TND') THEN 3
          ELSE 2
        END`,
    },
    {
      // How many minor units one unit of a currency has.
      name: 'minor_units',
      text: `CREATE OR REPLACE MACRO minor_units(currency) AS
        CAST(CASE minor_unit(currency) WHEN 0 THEN 1 WHEN 3 THEN 1000 ELSE 100 END AS DECIMAL(4, 0))`,
    },
    {
      // Quantity x unit price in minor units, rounded half away from zero. DuckDB multiplies decimals of 18 digits in 18
      // digits, which a line of ten million euros overflows; the wide way round takes ten times as long.
      name: 'list_amount',
      text: `CREATE OR REPLACE MACRO list_amount(quantity, price, currency) AS
        CASE WHEN abs(CAST(quantity AS DOUBLE) * CAST(price AS DOUBLE)) < 900000
          THEN CAST(round(quantity * price * minor_units(currency)) AS BIGINT)
          ELSE CAST(round(CAST(quantity AS DECIMAL(19, 3)) * price * minor_units(currency)) AS BIGINT) END`,
    },
    {
      name: 'known_now',
      text: `CREATE OR REPLACE MACRO known_now(row_position, row_superseded, known) AS
        (row_position <= known AND (row_superseded IS NULL OR row_superseded > known))`,
    },
  ];
}

/** A macro that can't be created. */
export class BadView extends Error {
  constructor(
    readonly file: string,
    cause: unknown,
  ) {
    super(`views/${file}.sql can't be loaded: ${cause instanceof Error ? cause.message : String(cause)}`, { cause });
    this.name = 'BadView';
  }
}

/** Creates macros that may call each other: those that are called before those that call. @throws BadView */
export async function createMacros(connection: DuckDBConnection, files: readonly SqlFile[]): Promise<void> {
  for (const file of calledFirst(files)) {
    try {
      await connection.run(file.text);
    } catch (error) {
      throw new BadView(file.name, error);
    }
  }
}

function calledFirst(files: readonly SqlFile[]): Set<SqlFile> {
  const byName = new Map(files.map((file) => [file.name, file]));
  const ordered = new Set<SqlFile>();
  const begun = new Set<SqlFile>();
  const visit = (file: SqlFile) => {
    // A circle is for DuckDB to refuse.
    if (begun.has(file)) return;
    begun.add(file);
    for (const [name] of file.text.matchAll(/\b\w+(?=\()/g)) {
      const called = byName.get(name);
      if (called) visit(called);
    }
    ordered.add(file);
  };
  for (const file of files) visit(file);
  return ordered;
}

/** Prepared once per text; the least recently used make room. */
export class Statements {
  private readonly prepared = new Map<string, DuckDBPreparedStatement>();

  constructor(
    private readonly connection: DuckDBConnection,
    private readonly capacity = 200,
  ) {}

  async get(sql: string): Promise<DuckDBPreparedStatement> {
    let statement = this.prepared.get(sql);
    if (statement) {
      this.prepared.delete(sql);
    } else {
      statement = await this.connection.prepare(sql);
      if (this.prepared.size >= this.capacity) {
        const [oldest] = this.prepared.keys();
        if (oldest !== undefined) this.drop(oldest);
      }
    }
    this.prepared.set(sql, statement);
    return statement;
  }

  drop(sql: string): void {
    this.prepared.get(sql)?.destroySync();
    this.prepared.delete(sql);
  }

  clear(): void {
    for (const statement of this.prepared.values()) statement.destroySync();
    this.prepared.clear();
  }
}
