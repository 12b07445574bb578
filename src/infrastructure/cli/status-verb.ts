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
    [
      'log',
      `${status.log.kind} ${status.log.id}, at ${status.log.position ?? (status.log.problem ? 'an unknown position' : 'its beginning')}`,
    ],
    ['at', status.log.address],
  ];
  if (status.log.problem) rows.push(['trouble', status.log.problem]);
  const { readSide } = status;
  if (readSide) {
    rows.push(['read side', `${readSide.state}, at ${readSide.position ?? 'its beginning'}`]);
    // Positions of a cluster's log are bytes.
    const unit = status.log.kind === 'esdb' ? 'bytes of the log' : 'positions';
    if (readSide.lag !== null) rows.push(['behind', `${grouped(readSide.lag)} ${unit}`]);
    if (readSide.behind) rows.push(['deaf since', `${readSide.behind.since}: ${readSide.behind.reason}`]);
    const way = readSide.building ?? readSide.catchingUp;
    if (way) {
      const left = way.secondsLeft == null ? '' : `, about ${grouped(way.secondsLeft)} s to go`;
      rows.push([
        'progress',
        `${way.percent}% of the log, ${grouped(way.events ?? 0)} events, up to ${way.knownAt ?? 'its beginning'}${left}`,
      ]);
    }
    if (readSide.knownAt) rows.push(['known at', readSide.knownAt]);
    if (readSide.problem) rows.push(['problem', readSide.problem]);
  }
  return table(rows, '');
}
