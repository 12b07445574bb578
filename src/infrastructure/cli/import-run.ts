import { existsSync } from 'node:fs';
import { type Config, readConfig } from '../config.js';
import { pathsOf } from '../data-folder.js';
import { parseMapping } from '../import/columns.js';
import { isCurrency, minorDigits } from '../import/currencies.js';
import { CustomersImporter } from '../import/customers-importer.js';
import { decimalText } from '../import/decimals.js';
import { ImportError } from '../import/import-error.js';
import { type ImportSummary, importFile } from '../import/import-file.js';
import { LocalTimes } from '../import/local-times.js';
import { OrdersImporter } from '../import/orders-importer.js';
import { type Importer, reasons } from '../import/plan.js';
import { VisitsImporter } from '../import/visits-importer.js';
import { answer, grouped, table } from './output.js';
import { progressBar } from './progress.js';
import { type OpenedLog, openForDryRun, openForRecording } from './recording.js';

export type ImportKind = 'orders' | 'customers' | 'visits';

export interface ImportOptions {
  readonly source: string;
  readonly map?: string;
  readonly dryRun?: boolean;
  readonly currency?: string;
  readonly timezone?: string;
  readonly creditPrefix?: string;
  readonly decimalComma?: boolean;
  readonly rejected?: string;
  readonly json?: boolean;
}

/** Records what is in a file, and tells what it did; Ctrl-C stops it between two recordings. */
export async function runImport(kind: ImportKind, file: string, options: ImportOptions): Promise<void> {
  const config = readConfig(process.env);
  const importer = importerFor(kind, options, config);
  const open = options.dryRun ? openForDryRun : openForRecording;
  const stopping = new AbortController();
  const stop = () => stopping.abort(new ImportError('The import was stopped; running it again takes it up.'));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const progress = progressBar();
  // A log that is there is looked at before the file is read; one that isn't is only made once the file makes sense.
  const isThere = config.log !== 'sqlite' || existsSync(pathsOf(config.dataFolder).log);
  let opened: OpenedLog | undefined = isThere ? await open(config) : undefined;
  try {
    const summary = await importFile({
      file,
      importer,
      ...(options.rejected !== undefined && { rejectedFile: options.rejected }),
      dryRun: options.dryRun ?? false,
      signal: stopping.signal,
      onReading: ({ bytes, totalBytes }) => progress.show('reading  ', bytes, totalBytes),
      openRecording: async () => {
        opened ??= await open(config);
        const { record, holderOf, lateRegistration } = opened;
        return {
          record,
          holderOf,
          lateRegistration,
          by: { actor: 'local', source: 'import' },
          source: options.source,
          signal: stopping.signal,
          onProgress: (done, total) => progress.show('recording', done, total),
        };
      },
    });
    progress.stop();
    answer(options.json, summary, summaryText(kind, file, summary));
  } finally {
    progress.stop();
    process.off('SIGINT', stop).off('SIGTERM', stop);
    await opened?.close();
  }
}

function importerFor(kind: ImportKind, options: ImportOptions, config: Config): Importer {
  const mapping = parseMapping(options.map);
  const { source } = options;
  if (source === '' || source.length > 200) throw new ImportError('A source is a name of 1 to 200 characters.');
  const zone = options.timezone ?? config.timeZone;
  if (!LocalTimes.isZone(zone)) throw new ImportError(`${zone} is not an IANA time zone such as Europe/Amsterdam.`);
  const times = new LocalTimes(zone);
  switch (kind) {
    case 'customers':
      return new CustomersImporter({ source, mapping, times });
    case 'visits':
      return new VisitsImporter({ source, mapping, times });
    case 'orders': {
      const currency = options.currency ?? config.currency;
      if (!isCurrency(currency)) throw new ImportError(`${currency} is not an ISO 4217 currency such as EUR.`);
      return new OrdersImporter({
        source,
        mapping,
        currency,
        times,
        decimalMark: options.decimalComma ? ',' : '.',
        ...(options.creditPrefix !== undefined && { creditPrefix: options.creditPrefix }),
      });
    }
  }
}

function summaryText(kind: ImportKind, file: string, summary: ImportSummary): string {
  const rows: [string, string][] = [
    ['lines read', grouped(summary.linesRead)],
    ['lines rejected', grouped(Object.values(summary.linesRejected).reduce((total, count) => total + count, 0))],
    ...Object.entries(summary.linesRejected).map(([reason, count]): [string, string] => [
      `  ${reasons[reason] ?? reason}`,
      grouped(count),
    ]),
    ['customers', grouped(summary.customers)],
  ];
  if (kind === 'visits') rows.push(['visits', grouped(summary.visits)]);
  if (kind === 'orders') {
    rows.push(['orders', grouped(summary.orders)], ['returns', grouped(summary.returns)]);
    for (const [currency, net] of Object.entries(summary.net)) rows.push([`net ${currency}`, amount(net, currency)]);
  }
  rows.push(
    [summary.dryRun ? 'would be recorded' : 'recorded', grouped(summary.recorded)],
    ['there already', grouped(summary.repeated)],
    ['in conflict, left as they are', grouped(summary.conflicts)],
  );
  const width = Math.max(...rows.map(([, value]) => value.length));
  const parts = [
    `${summary.dryRun ? 'Would import' : 'Imported'} ${kind} from ${file} in ${summary.seconds.toFixed(1)} s.`,
    table(rows.map(([name, value]) => [name, value.padStart(width)])),
  ];
  for (const { what, message } of summary.conflicting) parts.push(`  conflict: ${what}: ${message}`);
  if (summary.ignoredColumns.length > 0) parts.push(`Columns not used: ${summary.ignoredColumns.join(', ')}.`);
  if (summary.rejectedFile) parts.push(`Rejected rows are in ${summary.rejectedFile}.`);
  return parts.join('\n');
}

/** Minor units as people write them: 830006581 GBP is 8,300,065.81. */
function amount(minorUnits: number, currency: string): string {
  const digits = minorDigits(currency);
  const [whole = '0', fraction = ''] = decimalText(Math.abs(minorUnits), digits).split('.');
  const sign = minorUnits < 0 ? '-' : '';
  return `${sign}${grouped(Number(whole))}${digits > 0 ? `.${fraction.padEnd(digits, '0')}` : ''}`;
}
