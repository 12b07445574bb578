import { Command } from 'commander';

/** `serve`: the service, until it is told to stop. */
export function serveVerb(): Command {
  return new Command('serve')
    .description('runs the service on the data folder (KLANTWAARDE_DATA) and the port (PORT)')
    .action(async () => {
      // The composition root starts the service, stops it on a signal and tells what went wrong.
      await import('../../main.js');
    });
}
