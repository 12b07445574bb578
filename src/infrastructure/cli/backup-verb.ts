import { existsSync } from 'node:fs';
import { Command } from 'commander';
import { readConfig } from '../config.js';
import { pathsOf } from '../data-folder.js';
import { backupKeyRing, backupLog } from '../sqlite/log-backup.js';
import { answer, grouped } from './output.js';
import { progressBar } from './progress.js';

/** Where to look instead. */
export const clusterBackup =
  'an EventStoreDB cluster has a backup of its own, see docs/scaling.md; the read side of a node is rebuilt or comes ' +
  'from a snapshot.';

/** `backup DIR`: a copy of the log, while the service runs or not. */
export function backupVerb(): Command {
  return new Command('backup')
    .description('copies the log, as it is at one moment, into a new folder; the service may go on running')
    .argument('<dir>', 'the folder to make')
    .option(
      '--keys <dir>',
      'copies the key ring as well, into a folder of its own: keep it apart and only for a short time',
    )
    .option('--json', 'prints the outcome as JSON')
    .addHelpText(
      'after',
      '\nWithout its key ring a restored log keeps all figures, but the sealed texts (names of people, notes) stay unreadable.\n',
    )
    .action(async (folder: string, options: { keys?: string; json?: boolean }) => {
      const { dataFolder, log } = readConfig(process.env);
      if (log !== 'sqlite') throw new Error(`The log is in a cluster (KLANTWAARDE_LOG): ${clusterBackup}`);
      const paths = pathsOf(dataFolder);
      if (!existsSync(paths.log)) throw new Error(`There is no log in ${dataFolder} (KLANTWAARDE_DATA) to back up.`);
      const progress = progressBar();
      try {
        const manifest = await backupLog(paths.log, folder, {
          onProgress: ({ step, done, total }) => progress.show(step, done, total),
        });
        const keys = options.keys === undefined ? undefined : await backupKeyRing(paths.keyRing, options.keys);
        progress.stop();
        answer(
          options.json,
          { folder, ...manifest, ...(keys && { keyRing: { folder: options.keys, ...keys } }) },
          [
            `Backed up ${grouped(manifest.events)} events into ${folder}; the copy was read back and its digest is ${manifest.digest}.`,
            keys
              ? `Backed up ${grouped(keys.keys)} keys into ${options.keys}: keep them apart from the log, and not for long.`
              : 'The key ring is not part of it (--keys copies it).',
          ].join('\n'),
        );
      } finally {
        progress.stop();
      }
    });
}
