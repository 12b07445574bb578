import { randomUUID } from 'node:crypto';
import { SqliteEventLog } from '../../../src/infrastructure/sqlite/sqlite-event-log.js';

// As the command line imports while the service runs.
const [file, stream, appends] = process.argv.slice(2);
const log = await SqliteEventLog.open(file as string, { clock: { now: () => Date.now() } });
for (let done = 0; done < Number(appends); done += 10) {
  await Promise.all(
    Array.from({ length: 10 }, () =>
      log.append(stream as string, [{ id: randomUUID(), type: 'Imported', data: '{}' }], 'any'),
    ),
  );
}
await log.close();
