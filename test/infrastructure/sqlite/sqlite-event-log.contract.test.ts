import { describeEventLog } from '../../application/event-log.contract.js';
import { makeSqliteLog } from './log-setup.js';

describeEventLog('SQLite', makeSqliteLog);
