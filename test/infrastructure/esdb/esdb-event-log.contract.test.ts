import { describeEventLog } from '../../application/event-log.contract.js';
import { hasRealServer } from '../../support/event-store/any.js';
import { makeEsdbLog } from './log-setup.js';

// One case waits for failures, which the double makes at once.
const patience = { total: hasRealServer ? 60_000 : 5_000, attempt: 10_000 };

describeEventLog('EventStoreDB', () => makeEsdbLog({ patience }));
