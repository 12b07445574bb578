import { Command } from 'commander';
import { type Config, readConfig } from '../config.js';
import { lockDataFolder, pathsOf, prepareDataFolder } from '../data-folder.js';
import type { SnapshotTaken } from '../status.js';
import { answer, grouped } from './output.js';
import { type Progress, progressBar } from './progress.js';
import { takeSnapshot } from './take-snapshot.js';

/** `snapshot FILE`: the read side in one file, for a node that is to begin from it with `snapshot --use FILE`. */
export function snapshotVerb(): Command {
  return new Command('snapshot')
    .description('writes the read side into one file, from which another node of the same log can begin')
    .argument('<file>', 'the file to make; with --use, the one to begin from')
    .option('--use', 'puts the snapshot into the data folder, which has no read side yet, instead of making one')
    .option('--json', 'prints the outcome as JSON')
    .addHelpText(
      'after',
      '\nThe service may go on running while a snapshot is made: it answers, but shows nothing new until the file is' +
        '\nwritten. A snapshot holds no personal texts, only sealed ones, and is of use with its own log alone.\n',
    )
    .action(async (file: string, options: { use?: boolean; json?: boolean }) => {
      const config = readConfig(process.env);
      const progress = progressBar();
      try {
        const snapshot = await (options.use
          ? use(config, file, progress)
          : takeSnapshot(config, file, (done, total) => progress.show('writing', done, total)));
        progress.stop();
        const upTo = `${snapshot.position ?? 'the beginning of the log'}${snapshot.knownAt ? `, recorded ${snapshot.knownAt}` : ''}`;
        const size = `${grouped(snapshot.bytes)} bytes`;
        answer(
          options.json,
          { file, ...snapshot },
          options.use
            ? `The read side in ${config.dataFolder} begins from ${file} (${size}), at ${upTo}; the service catches up with the rest.`
            : `Wrote the read side into ${file} (${size}); it goes up to ${upTo}.`,
        );
      } finally {
        progress.stop();
      }
    });
}

async function use(config: Config, file: string, progress: Progress): Promise<SnapshotTaken> {
  const [{ companySettings }, { DuckDbReadSide }, { openStores, placeOf }, { SystemClock }, { snapshotTaken }] =
    await Promise.all([
      import('../../application/company.js'),
      import('../duckdb/duckdb-read-side.js'),
      import('../stores.js'),
      import('../system-clock.js'),
      import('../status.js'),
    ]);
  await prepareDataFolder(config.dataFolder);
  // No service may build a read side of its own there meanwhile.
  const lock = lockDataFolder(config.dataFolder);
  try {
    const { log, close } = await openStores(placeOf(config), { clock: new SystemClock() });
    try {
      const settings = await companySettings(log);
      if (!settings) throw new Error('The log holds nothing yet: there is nothing that a snapshot could be of.');
      const readSide = DuckDbReadSide.open({ folder: pathsOf(config.dataFolder).readSide, log, settings });
      const adopted = await readSide.adopt(file, (done, total) => progress.show('reading', done, total));
      return snapshotTaken(log.id, adopted);
    } finally {
      await close();
    }
  } finally {
    lock.release();
  }
}
