import { existsSync } from 'node:fs';
import type { Config } from '../config.js';
import { askService } from '../control-socket.js';
import { pathsOf } from '../data-folder.js';
import type { Engine } from '../engine.js';

/** What the service that runs on the data folder answers, else what the engine does when it is opened for it. */
export async function askServiceOrEngine<Answer>(
  config: Config,
  verb: string,
  onProgress: (value: unknown) => void,
  ask: (engine: Engine) => Promise<Answer>,
  what?: string,
): Promise<{ readonly answer: Answer; readonly isServing: boolean }> {
  const paths = pathsOf(config.dataFolder);
  const served = await askService(paths.controlSocket, verb, onProgress, what);
  if (served) return { answer: served.result as Answer, isServing: true };
  refuseMissingLog(config);
  const { openEngine } = await import('../engine.js');
  const engine = await openEngine(config);
  try {
    return { answer: await ask(engine), isServing: false };
  } finally {
    await engine.close();
  }
}

/** Who only wants to look must not make a log. @throws Error */
export function refuseMissingLog({ log, dataFolder }: Config): void {
  if (log === 'sqlite' && !existsSync(pathsOf(dataFolder).log)) {
    throw new Error(`There is no log in ${dataFolder} (KLANTWAARDE_DATA).`);
  }
}
