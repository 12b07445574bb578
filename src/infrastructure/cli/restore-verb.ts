import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { readConfig } from '../config.js';
import { lockDataFolder, pathsOf, prepareDataFolder } from '../data-folder.js';
import { restoreKeyRing, restoreLog } from '../sqlite/log-backup.js';
import { clusterBackup } from './backup-verb.js';
import { answer, grouped } from './output.js';
import { progressBar } from './progress.js';

/** `restore DIR`: a backup becomes the log of a data folder that has none. */
export function restoreVerb(): Command {
  return new Command('restore')
    .description('puts a backup into a data folder that holds no log yet, after proving that it is whole')
    .argument('<dir>', 'the folder that backup made')
    .option('--to <folder>', 'the data folder to restore into (default: KLANTWAARDE_DATA)')
    .option('--keys <dir>', 'restores the key ring as well, from the folder that backup --keys made')
    .option('--json', 'prints the outcome as JSON')
    .action(async (folder: string, options: { to?: string; keys?: string; json?: boolean }) => {
      const config = readConfig(process.env);
      if (config.log !== 'sqlite' && options.to === undefined) {
        throw new Error(
          `The log is in a cluster (KLANTWAARDE_LOG), and nothing is restored into one: ${clusterBackup}`,
        );
      }
      const target = options.to ?? config.dataFolder;
      const paths = pathsOf(target);
      if (existsSync(paths.log)) throw new Error(`There is a log in ${target} already: nothing was replaced.`);
      if (options.keys !== undefined && existsSync(paths.keyRing)) {
        throw new Error(`There is a key ring in ${target} already: nothing was replaced.`);
      }
      if (!existsSync(folder)) throw new Error(`There is no backup ${folder}.`);
      await prepareDataFolder(target);
      // No service may make a log of its own there meanwhile.
      const lock = lockDataFolder(target);
      const progress = progressBar();
      const onProgress = ({ step, done, total }: { step: string; done: number; total: number }) =>
        progress.show(step, done, total);
      try {
        const keys =
          options.keys === undefined ? undefined : await restoreKeyRing(options.keys, target, { onProgress });
        const manifest = await restoreLog(folder, target, { onProgress });
        progress.stop();
        answer(
          options.json,
          { folder: target, ...manifest, ...(keys && { keyRing: keys }) },
          [
            `Restored ${grouped(manifest.events)} events into ${target}; their digest is that of the backup, ${manifest.digest}.`,
            keys
              ? `Restored ${grouped(keys.keys)} keys.`
              : 'The key ring was not restored: sealed texts stay unreadable, and requests of before are not recognised as repeats.',
          ].join('\n'),
        );
      } finally {
        progress.stop();
        lock.release();
      }
    });
}
