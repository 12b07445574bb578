import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { DateTime } from 'luxon';
import { type Answer, Ask, AskHandler, type Question, type Unconverted, type When } from '../../application/ask.js';
import type { CompanySettings } from '../../application/company.js';
import { localDay } from '../../application/dates.js';
import { exportedViews, type Scope } from '../../application/export/views.js';
import type { Clock } from '../../application/ports/clock.js';
import type { EventLog } from '../../application/ports/event-log.js';
import type { KeyRing } from '../../application/ports/key-ring.js';
import { type Period, periodDays } from '../../application/questions/value.js';
import { DuckDbReadSide } from '../duckdb/duckdb-read-side.js';
import { DATABASE_FILE } from '../duckdb/generation.js';
import { GenerationFolders } from '../duckdb/generation-folders.js';
import { loadFacts, projectionsFolder } from '../duckdb/sql-files.js';
import { ThreadedValueModels } from '../lifetime/threaded-value-models.js';
import { exists, syncFile, syncFolder, temporaryName } from '../sqlite/database-file.js';
import { programVersion } from '../status.js';
import { aboutFact } from './about-facts.js';
import { factSelect, isExported, type ToldColumn } from './exported-facts.js';
import { ParquetWriter, snakeCase } from './parquet-writer.js';

/** Nothing was exported; the message says why. */
export class ExportRefused extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'ExportRefused';
  }
}

export interface ExportSource {
  readonly log: EventLog;
  readonly keyRing: KeyRing;
  readonly clock: Clock;
  readonly settings: CompanySettings;
  /** Copies the read side into a file of its own, which is then asked: what answers others is not kept from it. */
  snapshot(file: string, onProgress: (done: number, total: number) => void): Promise<unknown>;
}

export interface ExportOptions {
  readonly when?: Pick<When, 'asOf' | 'knownAt'>;
  /** Of value and contribution. */
  readonly period?: Period;
  readonly onProgress?: (step: 'copying' | 'writing', done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

export interface ExportedTable {
  /** Below the folder. */
  readonly file: string;
  readonly kind: 'fact' | 'view';
  readonly about: string;
  readonly rows: number;
  readonly columns: readonly ToldColumn[];
  /** Columns that are not in the file, as they hold sealed texts. */
  readonly sealed?: readonly string[];
  /** Amounts that no exchange rate brings into the reporting currency: they are in no figure of the table. */
  readonly unconverted?: readonly Unconverted[];
}

/** What `manifest.json` says; the file is there last, so whoever finds it finds everything. */
export interface Manifest {
  readonly format: 1;
  readonly asOf: string;
  readonly knownAt: string;
  readonly position: string;
  readonly timeZone: string;
  /** That of the figures. */
  readonly currency: string;
  /** Decimals of the minor unit of each currency that occurs: an amount of 1234 with 2 is 12.34. */
  readonly minorUnits: Readonly<Record<string, number>>;
  /** Of the views value and contribution; null for everything. */
  readonly period: { readonly from: string | null; readonly to: string | null };
  readonly conventions: string;
  readonly versions: { readonly klantwaarde: string; readonly engine: string; readonly facts: string };
  readonly tables: readonly ExportedTable[];
}

const conventions =
  'Amounts are whole numbers in minor units: see minorUnits. TIMESTAMPTZ: UTC instants; DATE: local days of the time ' +
  'zone; periods are half-open. position is the number after the dash of positions of the log elsewhere. Texts of ' +
  'persons are sealed and in no file.';

/** The dates that all of an export is given for. */
interface Fixed {
  readonly asOf: number;
  readonly known: bigint;
}

/** A question that asks for nothing but its dates. */
const dates: Question<Record<string, never>, Fixed> = ({ asOf, known }) => Promise.resolve({ asOf, known });

/**
 * Writes facts and views as Parquet into a folder, all of it or nothing: it gets its name when everything is on the disk.
 * @throws ExportRefused when there is something of that name, BadWhen and BadQuestion for dates that make no sense
 */
export async function exportTo(folder: string, source: ExportSource, options: ExportOptions = {}): Promise<Manifest> {
  const target = resolve(folder);
  refuseExisting(target, folder);
  periodDays(options.period ?? {});
  const unfinished = temporaryName(target);
  await mkdir(join(unfinished, 'files', 'facts'), { recursive: true });
  await mkdir(join(unfinished, 'files', 'views'));
  try {
    const manifest = await fill(unfinished, source, options);
    const files = join(unfinished, 'files');
    await writeFile(join(files, 'manifest.json'), `${JSON.stringify(manifest, null, 2)}\n`);
    syncFile(join(files, 'manifest.json'));
    for (const inner of ['facts', 'views', '.']) syncFolder(join(files, inner));
    options.signal?.throwIfAborted();
    // A folder would take the place of an empty one.
    refuseExisting(target, folder);
    await rename(files, target);
    syncFolder(dirname(target));
    return manifest;
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

function refuseExisting(target: string, folder: string): void {
  if (exists(target)) throw new ExportRefused(`There is something at ${folder} already: nothing was replaced.`);
}

async function fill(unfinished: string, source: ExportSource, options: ExportOptions): Promise<Manifest> {
  const { onProgress = () => undefined, signal } = options;
  const generations = new GenerationFolders(join(unfinished, 'read'));
  const copy = join(generations.path(1), DATABASE_FILE);
  await source.snapshot(copy, (done, total) => onProgress('copying', done, total));
  generations.name(1);
  const writer = await ParquetWriter.open({ temporaryFolder: unfinished });
  const interrupt = () => writer.connection.interrupt();
  signal?.addEventListener('abort', interrupt);
  try {
    const facts = loadFacts().filter(isExported);
    const total = exportedViews.length + facts.length;
    const work: Work = {
      files: join(unfinished, 'files'),
      writer,
      next: (done) => {
        signal?.throwIfAborted();
        onProgress('writing', done, total);
      },
    };
    const { fixed, versions, tables: views } = await writeViews(work, join(unfinished, 'read'), source, options);
    // Only now: two databases must not have one file open.
    await writer.attach(join(generations.path(generations.current() ?? 1), DATABASE_FILE));
    const currencies = new Set([source.settings.currency]);
    const tables: ExportedTable[] = [];
    for (const fact of facts) {
      work.next(views.length + tables.length);
      tables.push(await writeFact(work, fact.name, fixed.data, currencies));
    }
    onProgress('writing', total, total);
    const { asOf, knownAt, position } = fixed;
    const { timeZone, currency } = source.settings;
    const { from = null, to = null } = options.period ?? {};
    return {
      format: 1,
      asOf,
      knownAt,
      position,
      timeZone,
      currency,
      minorUnits: await minorUnits(writer, currencies),
      period: { from, to },
      conventions,
      versions: { klantwaarde: programVersion, ...versions },
      tables: [...views, ...tables],
    };
  } catch (error) {
    // What was interrupted says so in words of its own.
    signal?.throwIfAborted();
    throw error;
  } finally {
    signal?.removeEventListener('abort', interrupt);
    writer.close();
  }
}

interface Work {
  readonly files: string;
  readonly writer: ParquetWriter;
  /** Before each table. @throws when it is to stop */
  readonly next: (done: number) => void;
}

async function writeViews(
  { files, writer, next }: Work,
  folder: string,
  { log, keyRing, clock, settings }: ExportSource,
  { when = {}, period = {} }: ExportOptions,
) {
  const readSide = DuckDbReadSide.open({ folder, log, settings, clock });
  const models = new ThreadedValueModels();
  try {
    await readSide.start();
    await readSide.ready();
    const handler = new AskHandler(readSide, log, keyRing, clock, models);
    const fixed = await handler.execute(new Ask(dates, {}, when));
    // From here on every question is asked for these dates, whatever is recorded meanwhile.
    const at: When = { asOf: fixed.asOf, knownAt: fixed.position };
    const asking = <Params, Data>(question: Question<Params, Data>, params: Params): Promise<Answer<Data>> =>
      handler.execute(new Ask(question, params, at));
    const scope: Scope = { period, migrationFrom: yearBefore(fixed.data.asOf, settings.timeZone) };
    const tables: ExportedTable[] = [];
    for (const view of exportedViews) {
      next(tables.length);
      let unconverted: readonly Unconverted[] = [];
      const file = `views/${view.name}.parquet`;
      const pages = async function* () {
        for await (const page of view.rows(asking, scope)) {
          next(tables.length);
          // Each page tells all that was left out.
          unconverted = page.unconverted;
          yield page.rows;
        }
      };
      const rows = await writer.writeRows(join(files, file), view.columns, pages(), { about: view.about });
      const columns = Object.entries(view.columns).map(([name, column]) => ({ name: snakeCase(name), ...column }));
      const { name: _, about } = view;
      tables.push({ file, kind: 'view', about, rows, columns, ...(unconverted.length > 0 && { unconverted }) });
    }
    return { fixed, tables, versions: (await readSide.status()).versions };
  } finally {
    await models.close();
    await readSide.close();
  }
}

function yearBefore(asOf: number, timeZone: string): string {
  return DateTime.fromISO(localDay(asOf, timeZone)).minus({ years: 1 }).toISODate() as string;
}

async function writeFact(
  { files, writer }: Work,
  name: string,
  fixed: Fixed,
  currencies: Set<string>,
): Promise<ExportedTable> {
  const { columns, sealed, sql, hasCurrency } = await factSelect(writer.connection, name, fixed);
  const about = aboutFact(projectionsFolder, name);
  const file = `facts/${name}.parquet`;
  const rows = await writer.write(join(files, file), sql, { about });
  if (hasCurrency) {
    const found = await writer.connection.runAndReadAll(
      `SELECT DISTINCT currency FROM (${sql}) WHERE currency IS NOT NULL`,
    );
    for (const [currency] of found.getRows()) currencies.add(currency as string);
  }
  return { file, kind: 'fact', about, rows, columns, ...(sealed.length > 0 && { sealed }) };
}

async function minorUnits(writer: ParquetWriter, currencies: Set<string>): Promise<Record<string, number>> {
  const found = await writer.connection.runAndReadAll(
    'SELECT currency, minor_unit(currency) FROM (SELECT unnest(CAST(from_json($1, \'["VARCHAR"]\') AS VARCHAR[])) AS currency) ORDER BY 1',
    [JSON.stringify([...currencies])],
  );
  return Object.fromEntries(found.getRows().map(([currency, digits]) => [currency as string, Number(digits)]));
}
