import type { Config } from '../config.js';
import { demoConfig, fillDemo } from './fill.js';
import { tour } from './tour.js';

export interface DemoOptions {
  /** Fills the data folder and serves nothing. */
  readonly fillOnly?: boolean;
  readonly write?: (text: string) => void;
  /** Told how far the filling is. */
  readonly onProgress?: (done: number, total: number) => void;
  /** Stops the service that the demo started. Without it, SIGINT and SIGTERM do. */
  readonly signal?: AbortSignal;
}

/**
 * Fills an empty data folder with the demo (one that holds it already is used as it is), serves it on the port and
 * prints what to look at. Returns when the service has been stopped.
 * @throws NotTheDemo when the folder holds another log, and whatever starting the service throws
 */
export async function runDemo(config: Config, options: DemoOptions = {}): Promise<void> {
  const { write = (text) => process.stdout.write(`${text}\n`), onProgress, signal } = options;
  const { cast, counts, isNew } = await fillDemo(config, onProgress);
  write(`The demo is ${isNew ? 'now' : 'already'} in ${config.dataFolder}.`);
  if (options.fillOnly) return;
  const [{ startService }, { createLogger }] = await Promise.all([
    import('../http/service.js'),
    import('../logging.js'),
  ]);
  // Nobody reads a log of requests between the lines of the tour.
  const service = await startService(demoConfig(config), { logger: createLogger('silent') });
  try {
    const stopped = untilStopped(signal);
    await Promise.race([service.engine.readSide?.ready(), stopped]);
    if (!signal?.aborted) write(await tour(service.url, cast, counts));
    await stopped;
  } finally {
    await service.close();
  }
}

function untilStopped(signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (signal) {
      if (signal.aborted) resolve();
      signal.addEventListener('abort', () => resolve(), { once: true });
      return;
    }
    process.once('SIGINT', () => resolve());
    process.once('SIGTERM', () => resolve());
  });
}
