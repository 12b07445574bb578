import { DuckDbReadSide } from '../../../src/infrastructure/duckdb/duckdb-read-side.js';
import { ArrayEventLog } from '../../support/array-event-log.js';
import { killedHistory } from './killed-history.js';

/** Follows a log that grows, and builds generations all the time, until it is killed. */
const [folder, count] = process.argv.slice(2);
const history = killedHistory(Number(count));
const log = new ArrayEventLog();
log.put(...history.slice(0, 500));
const settings = { timeZone: 'Europe/Amsterdam', currency: 'EUR' };
const readSide = DuckDbReadSide.open({
  folder: folder as string,
  log,
  settings,
  views: [],
  batchSize: 200,
  intervalMs: 0,
});
await readSide.start();
process.stdout.write('following\n');
const growing = async () => {
  for (let told = 500; told < history.length; told += 25) {
    log.put(...history.slice(told, told + 25));
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
};
void growing();
for (;;) {
  await readSide.ready();
  await readSide.rebuild();
}
