import { EsdbEventLog } from '../../../src/infrastructure/esdb/esdb-event-log.js';
import { appendUntilKilled } from '../../application/append-until-killed.js';

const [connectionString, prefix] = process.argv.slice(2);
const log = await EsdbEventLog.open({ connectionString: connectionString as string, prefix });
await appendUntilKilled(log);
