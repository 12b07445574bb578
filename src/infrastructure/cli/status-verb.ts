import { Command } from 'commander';
import { readConfig } from '../config.js';
import type { EngineStatus } from '../status.js';
import { askServiceOrEngine } from './asking.js';
import { answer, grouped, table } from './output.js';

/** `status`: where the log and the read side are. */
export function statusVerb(): Command {
  return new Command('status')
    .description('tells where the log and the read side are, and whether a service runs')
    .option('--json', 'prints the status as JSON')
    .action(async (options: { json?: boolean }) => {
      const config = readConfig(process.env);
      const { answer: status, isServing } = await askServiceOrEngine<EngineStatus>(
        config,
        'status',
        () => undefined,
        async (engine) => (await import('../status.js')).engineStatus(engine),
      );
      answer(options.json, { serving: isServing, ...status }, text(config.dataFolder, status, isServing));
    });
}

function text(folder: string, status: EngineStatus, isServing: boolean): string {
  const rows: [string, string][] = [
    ['data folder', folder],
    ['service', isServing ? 'running' : 'not running'],
    ['version', `${status.version} on Node ${status.node}`],
    ['company', `${status.timeZone}, ${status.currency}`],
    ['log', `${status.log.kind} ${status.log.id}, at ${status.log.position ?? 'its beginning'}`],
  ];
  const { readSide } = status;
  if (readSide) {
    rows.push(
      ['read side', `${readSide.state}, at ${readSide.position ?? 'its beginning'}`],
      ['behind', `${grouped(readSide.lag)} positions`],
    );
    if (readSide.knownAt) rows.push(['known at', readSide.knownAt]);
    if (readSide.problem) rows.push(['problem', readSide.problem]);
  }
  return table(rows, '');
}
