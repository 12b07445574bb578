import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { LogUnavailable } from '../../../src/application/ports/event-log.js';
import { EsdbEventLog } from '../../../src/infrastructure/esdb/esdb-event-log.js';

// Follows and appends for ever, whatever becomes of the server, and prints a line for each event that was handed over.
const [connectionString, prefix] = process.argv.slice(2);
const patience = { open: 2_000, attempt: 500, total: 1_000, quiet: 1_000 };
const log = await EsdbEventLog.open({ connectionString: connectionString as string, prefix, patience });
log.follow(({ events }) => {
  for (const { id } of events) process.stdout.write(`${id}\n`);
});
const writers = Array.from({ length: 20 }, async (_, index) => {
  for (;;) {
    try {
      await log.append(`customer-${index}`, [{ id: randomUUID(), type: 'SomethingHappened', data: '{}' }], 'any');
      await pause(20);
    } catch (error) {
      if (!(error instanceof LogUnavailable)) throw error;
    }
  }
});
await Promise.all(writers);
