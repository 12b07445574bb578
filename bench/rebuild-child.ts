/** Builds a read side from a log, with nothing else in the process. */
import { DuckDbReadSide, pathsOf, SqliteEventLog, SystemClock } from './built.ts';
import { answerQuestions } from './child.ts';
import { SETTINGS } from './generate.ts';

export interface Rebuilding {
  readonly seconds: number;
}

async function rebuild({ folder }: { folder: string }): Promise<Rebuilding> {
  const paths = pathsOf(folder);
  const log = await SqliteEventLog.open(paths.log, { clock: new SystemClock(), readOnly: true });
  const readSide = DuckDbReadSide.open({ folder: paths.readSide, log, settings: SETTINGS });
  const started = performance.now();
  await readSide.start();
  await readSide.ready();
  const seconds = (performance.now() - started) / 1_000;
  await readSide.close();
  await log.close();
  return { seconds };
}

answerQuestions(rebuild);
process.on('SIGTERM', () => process.exit(0));
