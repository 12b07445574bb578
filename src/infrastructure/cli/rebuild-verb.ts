import { Command } from 'commander';
import { readConfig } from '../config.js';
import type { Rebuilt } from '../status.js';
import { askServiceOrEngine } from './asking.js';
import { answer, grouped } from './output.js';
import { progressBar } from './progress.js';

/** `rebuild`: the read side made anew from the log, while the old one goes on answering. */
export function rebuildVerb(): Command {
  return new Command('rebuild')
    .description('makes the read side anew from the log; a running service goes on answering meanwhile')
    .option('--json', 'prints the outcome as JSON')
    .action(async (options: { json?: boolean }) => {
      const progress = progressBar();
      const onProgress = (value: unknown) => {
        const { position, head } = value as Rebuilt;
        if (head !== null) progress.show('rebuilding', numberOf(position), numberOf(head));
      };
      const started = performance.now();
      try {
        const { answer: rebuilt } = await askServiceOrEngine<Rebuilt>(
          readConfig(process.env),
          'rebuild',
          onProgress,
          async ({ log, readSide }) => {
            if (!readSide) throw new Error('The engine was opened without a read side.');
            const { rebuilt: asText } = await import('../status.js');
            return asText(log.id, await readSide.rebuild((step) => onProgress(asText(log.id, step))));
          },
        );
        progress.stop();
        const seconds = Math.round(performance.now() - started) / 1000;
        answer(
          options.json,
          { ...rebuilt, seconds },
          `Rebuilt the read side from ${grouped(rebuilt.events)} events in ${seconds.toFixed(1)} s; it is at ${rebuilt.position}.`,
        );
      } finally {
        progress.stop();
      }
    });
}

/** The number in a position such as `k3f9-120`. */
function numberOf(position: string): number {
  return Number(position.slice(position.lastIndexOf('-') + 1));
}
