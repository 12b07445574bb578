import { spawn } from 'node:child_process';
import { createReadStream, existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { createGunzip } from 'node:zlib';
import { parse } from 'csv-parse';
import { type Figure, figure, Skipped } from './figure.ts';

const FILE = fileURLToPath(new URL('../../shared/data/online_retail_2010_2011.csv.gz', import.meta.url));
const PROGRAM = fileURLToPath(new URL('../bin/klantwaarde.js', import.meta.url));

async function parseAlone(): Promise<number> {
  const started = performance.now();
  let lines = 0;
  for await (const _row of createReadStream(FILE)
    .pipe(createGunzip())
    .pipe(parse({ columns: true, bom: true })))
    lines++;
  return (lines / (performance.now() - started)) * 1_000;
}

/** The wholesaler's order book of a year through the command line, into an empty data folder. */
export async function importFigures(folder: string): Promise<Figure[]> {
  if (!existsSync(FILE)) throw new Skipped(`${FILE} is not there`);
  const map = 'invoice=order_id,stock_code=sku,invoice_date=placed_at';
  const args = ['import', 'orders', FILE, '--source', 'online-retail', '--currency', 'GBP', '--credit-prefix', 'C'];
  const child = spawn(
    process.execPath,
    [PROGRAM, ...args, '--map', map, '--rejected', `${folder}/rejected.csv`, '--json'],
    {
      env: { ...process.env, KLANTWAARDE_DATA: `${folder}/import`, KLANTWAARDE_CURRENCY: 'GBP' },
      stdio: ['ignore', 'pipe', 'inherit'],
    },
  );
  const started = performance.now();
  let output = '';
  for await (const chunk of child.stdout) output += chunk;
  const code = child.exitCode ?? (await new Promise<number | null>((resolve) => child.once('exit', resolve)));
  if (code !== 0) throw new Error(`The import ended with ${code}.`);
  const { linesRead } = JSON.parse(output.trim().split('\n').at(-1) as string) as { linesRead: number };
  const rate = (linesRead / (performance.now() - started)) * 1_000;
  return [
    figure(
      'import.orders',
      rate,
      'lines/s',
      await parseAlone(),
      `${linesRead.toLocaleString('en')} lines; against parsing the CSV alone`,
    ),
  ];
}
