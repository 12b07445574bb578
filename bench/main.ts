/**
 * The benchmarks, each with its reference measured in the same run: `npm run bench -- [--json] [--events N] [--only
 * name] [--folder path]`. The default of a million events takes some minutes; the figures of record are those of
 * `--events 10000000`.
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { esdbFigures } from './esdb.ts';
import { type Figure, printHeading, printJson, printRow, Skipped } from './figure.ts';
import { generate } from './generate.ts';
import { importFigures } from './import.ts';
import { lifetimeFigures } from './lifetime.ts';
import { logFigures } from './log.ts';
import { questionFigures, rebuildFigures } from './questions.ts';
import { recordingFigures } from './recording.ts';

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    events: { type: 'string', default: '1000000' },
    only: { type: 'string', multiple: true, default: [] },
    /** Where the generated data goes: as fast a disk as the one it is meant for. */
    folder: { type: 'string', default: tmpdir() },
  },
});
const events = Number(options.events.replaceAll(/[_,.]/g, ''));
if (!Number.isSafeInteger(events) || events < 1_000) throw new Error('--events is a number of at least 1,000.');

/** Each with data of its own. */
const small = {
  log: logFigures,
  esdb: esdbFigures,
  recording: recordingFigures,
  import: importFigures,
  lifetime: lifetimeFigures,
} as const;
/** All on the same generated log. */
const large = ['rebuild', 'restart', 'pyramid', 'next-contacts', 'value', 'visibility', 'memory'];
const known = [...Object.keys(small), ...large];
for (const name of options.only) {
  if (!known.includes(name)) throw new Error(`There is no "${name}" to measure: there are ${known.join(', ')}.`);
}
const wants = (name: string) => options.only.length === 0 || options.only.includes(name);

mkdirSync(options.folder, { recursive: true });
const work = mkdtempSync(join(options.folder, 'klantwaarde-bench-'));
const say = (text: string): void => {
  process.stderr.write(`${text}\n`);
};
let failed = 0;

function show(figures: readonly Figure[]): void {
  for (const one of figures) (options.json ? printJson : printRow)(one);
}

async function measure(name: string, figures: () => Promise<readonly Figure[]>): Promise<void> {
  try {
    show(await figures());
  } catch (error) {
    if (error instanceof Skipped) {
      say(`${name} was skipped: ${error.message}.`);
      return;
    }
    failed++;
    say(`${name} could not be measured: ${(error as Error).stack ?? error}`);
  }
}

async function measureLarge(): Promise<void> {
  const folder = join(work, 'generated');
  const started = performance.now();
  const generated = await generate(folder, events);
  say(`Generated ${events.toLocaleString('en')} events in ${Math.round((performance.now() - started) / 1_000)} s.`);
  // The rest asks the read side that this builds.
  const rebuilding = await rebuildFigures(folder, generated);
  show(rebuilding.filter(({ name }) => wants(name === 'rebuild' ? 'rebuild' : 'memory')));
  if (large.slice(1).some(wants)) await questionFigures(folder, work, generated, wants, show);
}

try {
  if (!options.json) printHeading();
  for (const [name, figures] of Object.entries(small)) {
    if (!wants(name)) continue;
    const folder = join(work, name);
    mkdirSync(folder);
    await measure(name, () => figures(folder));
    // Ten million events leave no room for what is done with.
    rmSync(folder, { recursive: true, force: true });
  }
  if (large.some(wants)) await measureLarge();
} catch (error) {
  failed++;
  say((error as Error).stack ?? String(error));
} finally {
  rmSync(work, { recursive: true, force: true });
}
process.exitCode = failed > 0 ? 1 : 0;
