import { SqliteEventLog } from '../../../src/infrastructure/sqlite/sqlite-event-log.js';
import { appendUntilKilled } from '../../application/append-until-killed.js';

const [file] = process.argv.slice(2);
const log = await SqliteEventLog.open(file as string, { clock: { now: () => Date.now() } });
await appendUntilKilled(log);
