import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Command } from 'commander';
import { formatPosition } from '../../application/ports/position.js';
import { type Config, readConfig } from '../config.js';
import { lockDataFolder, pathsOf, prepareDataFolder } from '../data-folder.js';
import { type CopyProgress, CopyRefused, copyLog, verifyCopy } from '../moving/copy-log.js';
import { addressOf, openStores, placeNamed, placeOf, type Stores, type StoresPlace } from '../stores.js';
import { SystemClock } from '../system-clock.js';
import { answer, grouped } from './output.js';
import { progressBar } from './progress.js';

interface CopyLogOptions {
  readonly from?: string;
  readonly to?: string;
  readonly verifyOnly?: boolean;
  readonly json?: boolean;
}

/** `copy-log`: the whole log, and the keys of what is sealed in it, into another house. */
export function copyLogVerb(): Command {
  return new Command('copy-log')
    .description('moves a whole log with its keys: from a data folder into EventStoreDB, back, or into another folder')
    .option('--from <log>', 'sqlite:<data folder> or esdb://… (default: the log of the settings, KLANTWAARDE_LOG)')
    .option('--to <log>', 'likewise, where it goes; it must be empty, or an earlier attempt at the same copy')
    .option('--verify-only', 'writes nothing, and compares the two')
    .option('--json', 'prints the outcome as JSON')
    .addHelpText(
      'after',
      '\nStop the services of both logs first. A log on EventStoreDB takes prefix and master key from the settings, as the\n' +
        'service does; name it by the settings when its connection string holds a password. Whatever interrupts the copying:\n' +
        'run it again, and it goes on from there. At the end every event and every key is compared.\n',
    )
    .action(copy);
}

async function copy(options: CopyLogOptions): Promise<void> {
  const config = readConfig(process.env);
  const from = placeOfOption(options.from, config);
  const to = placeOfOption(options.to, config);
  refuseSame(from, to);
  const { verifyOnly = false } = options;
  const stopping = new AbortController();
  const stop = () => stopping.abort(new CopyRefused('The copying was stopped; running it again takes it up.'));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const progress = progressBar();
  const started = performance.now();
  const closers: (() => Promise<void> | void)[] = [];
  try {
    const source = await open(from, true, closers);
    const target = await open(to, verifyOnly, closers);
    if ((await source.log.head()).position === undefined) {
      throw new CopyRefused(`There are no events in ${addressOf(from)}.`);
    }
    const told = {
      signal: stopping.signal,
      onProgress: ({ step, done, total, eventsPerSecond }: CopyProgress) =>
        progress.show(step.padEnd(9), done, total, `${grouped(eventsPerSecond)} events/s`),
    };
    const work = verifyOnly
      ? verifyCopy(source, target, told).then((verified) => ({ ...verified, copied: 0 }))
      : copyLog(source, target, told);
    const outcome = await unlessStopped(work, stopping.signal);
    progress.stop();
    const { events, streams, keys, copied, sourcePosition, targetPosition } = outcome;
    const seconds = Math.round(performance.now() - started) / 1_000;
    const what = `${grouped(events)} events in ${grouped(streams)} streams, and ${grouped(keys)} keys`;
    answer(
      options.json,
      {
        from: { log: addressOf(from), position: positionIn(source, sourcePosition) },
        to: { log: addressOf(to), position: positionIn(target, targetPosition) },
        verified: true,
        events,
        streams,
        keys,
        copied,
        seconds,
      },
      [
        verifyOnly
          ? `Compared ${what} in ${seconds.toFixed(1)} s.`
          : `Copied ${grouped(copied)} events in ${seconds.toFixed(1)} s, and compared all there are: ${what}.`,
        `${addressOf(to)} holds exactly what ${addressOf(from)} does.`,
      ].join('\n'),
    );
  } finally {
    progress.stop();
    process.off('SIGINT', stop).off('SIGTERM', stop);
    for (let close = closers.pop(); close; close = closers.pop()) await close();
  }
}

/** Between two events of a log on a shared server may lie many others: nobody who wants to stop waits for the next. */
async function unlessStopped<Outcome>(work: Promise<Outcome>, signal: AbortSignal): Promise<Outcome> {
  const { promise: stopped, reject } = Promise.withResolvers<never>();
  const stop = () => reject(signal.reason);
  signal.addEventListener('abort', stop);
  try {
    return await Promise.race([work, stopped]);
  } finally {
    signal.removeEventListener('abort', stop);
    // It ends by itself when what it reads is closed, and nobody wants to hear of that.
    work.catch(() => undefined);
  }
}

function positionIn({ log }: Stores, position: bigint | undefined): string | null {
  return position === undefined ? null : formatPosition(log.id, position);
}

function placeOfOption(text: string | undefined, config: Config): StoresPlace {
  return text === undefined ? placeOf(config) : placeNamed(text, config);
}

function refuseSame(from: StoresPlace, to: StoresPlace): void {
  const isSame =
    from.kind === 'sqlite'
      ? to.kind === 'sqlite' && resolve(from.dataFolder) === resolve(to.dataFolder)
      : to.kind === 'esdb' && from.connectionString === to.connectionString;
  if (isSame) throw new CopyRefused(`Source and target are one and the same log, ${addressOf(from)}.`);
}

/** A data folder is kept from any service until the copying is over. */
async function open(
  place: StoresPlace,
  mustBeThere: boolean,
  closers: (() => Promise<void> | void)[],
): Promise<Stores> {
  if (place.kind === 'sqlite') {
    const { dataFolder } = place;
    if (mustBeThere && !existsSync(pathsOf(dataFolder).log)) throw new CopyRefused(`There is no log in ${dataFolder}.`);
    await prepareDataFolder(dataFolder);
    const lock = lockDataFolder(dataFolder);
    closers.push(() => lock.release());
  }
  const stores = await openStores(place, { clock: new SystemClock() });
  closers.push(() => stores.close());
  return stores;
}
