import { Command } from 'commander';
import { readConfig } from '../config.js';
import { progressBar } from './progress.js';

/** `demo`: a made-up wholesaler, three years of it, to look around in. */
export function demoVerb(): Command {
  return new Command('demo')
    .description('fills an empty data folder with a made-up wholesaler, serves it, and prints what to look at')
    .option('--fill-only', 'fills the data folder and serves nothing')
    .option('--json', 'prints each message as a line of JSON')
    .action(async (options: { fillOnly?: boolean; json?: boolean }) => {
      const config = readConfig(process.env);
      const { runDemo } = await import('../demo/demo.js');
      const progress = progressBar();
      try {
        await runDemo(config, {
          fillOnly: options.fillOnly ?? false,
          onProgress: (done, total) => progress.show('filling', done, total),
          write: (text) => {
            progress.stop();
            process.stdout.write(options.json ? `${JSON.stringify({ message: text })}\n` : `${text}\n`);
          },
        });
      } finally {
        progress.stop();
      }
    });
}
