import { Command } from 'commander';
import { BadQuestion } from '../../application/ask.js';
import { type Config, readConfig } from '../config.js';
import type { Manifest } from '../export/export-to.js';
import { refuseMissingLog } from './asking.js';
import { answer, grouped } from './output.js';
import { type Progress, progressBar } from './progress.js';
import { takeSnapshot } from './take-snapshot.js';

interface ExportOptions {
  readonly asOf?: string;
  readonly knownAt?: string;
  readonly from?: string;
  readonly to?: string;
  readonly json?: boolean;
}

/** `export FOLDER`: facts and views as Parquet files. */
export function exportVerb(): Command {
  return new Command('export')
    .description('writes facts and views, as of a date and as known on a date, as Parquet files that other tools open')
    .argument('<folder>', 'the folder to make')
    .option('--as-of <date>', 'how things stood then: an instant, or a day meaning up to the next local midnight; now')
    .option('--known-at <date>', 'what had been recorded by then: an instant, a day or a position; everything so far')
    .option('--from <day>', 'first day of the period that value and contribution cover; everything')
    .option('--to <day>', 'day after the last of that period')
    .option('--json', 'prints the manifest as JSON')
    .addHelpText(
      'after',
      '\nmanifest.json in the folder says what the files hold, column by column. The folder is there when all of it is, and' +
        '\nreplaces nothing. The service may go on running: it is asked for a copy of its read side. Sealed texts are in no\nfile.\n',
    )
    .action(runExport);
}

async function runExport(folder: string, options: ExportOptions): Promise<void> {
  const config = readConfig(process.env);
  refuseMissingLog(config);
  const stopping = new AbortController();
  const stop = () => stopping.abort(new Error('The export was stopped; nothing is left of it.'));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const progress = progressBar();
  const started = performance.now();
  try {
    const manifest = await write(config, folder, options, progress, stopping.signal);
    progress.stop();
    const { asOf, knownAt, position, tables } = manifest;
    const rows = tables.reduce((sum, table) => sum + table.rows, 0);
    const seconds = ((performance.now() - started) / 1_000).toFixed(1);
    answer(
      options.json,
      { folder, ...manifest },
      `Wrote ${tables.length} tables with ${grouped(rows)} rows into ${folder} in ${seconds} s: as of ${asOf}, as known ` +
        `${knownAt} (${position}).`,
    );
  } finally {
    progress.stop();
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

async function write(
  config: Config,
  folder: string,
  { asOf, knownAt, from, to }: ExportOptions,
  progress: Progress,
  signal: AbortSignal,
): Promise<Manifest> {
  // Loaded only here: help and wrong options answer without the engine.
  const [{ companySettings }, { exportTo }, { openStores, placeOf }, { SystemClock }] = await Promise.all([
    import('../../application/company.js'),
    import('../export/export-to.js'),
    import('../stores.js'),
    import('../system-clock.js'),
  ]);
  const clock = new SystemClock();
  const { log, keyRing, close } = await openStores(placeOf(config), { clock });
  try {
    const settings = await companySettings(log);
    if (!settings) throw new Error('The log holds nothing yet: there is nothing to export.');
    const when = { ...(asOf !== undefined && { asOf }), ...(knownAt !== undefined && { knownAt }) };
    const period = { ...(from !== undefined && { from }), ...(to !== undefined && { to }) };
    const snapshot = (file: string, onProgress: (done: number, total: number) => void) =>
      takeSnapshot(config, file, onProgress);
    return await exportTo(
      folder,
      { log, keyRing, clock, settings, snapshot },
      { when, period, signal, onProgress: (step, done, total) => progress.show(step, done, total) },
    );
  } catch (error) {
    if (error instanceof BadQuestion) throw new Error(aboutOption(error), { cause: error });
    throw error;
  } finally {
    await close();
  }
}

/** The fault of a question, told of the option that it came from. */
function aboutOption({ errors, message }: BadQuestion): string {
  const option = errors[0]?.path.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
  return `--${option}: ${message}`;
}
