import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { type EventStore, startEventStore } from './event-store/event-store.js';
import { type Answer, type Caller, remove, temporaryFolder } from './service.js';

/** Where a service whose log is in EventStoreDB finds what it needs: its folder, the server, and the settings that say so. */
export interface OnEventStore {
  readonly double: EventStore;
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
  close(): Promise<void>;
}

export async function onEventStore(): Promise<OnEventStore> {
  const folder = await temporaryFolder();
  const double = await startEventStore();
  return {
    double,
    folder,
    env: {
      KLANTWAARDE_LOG: double.url,
      KLANTWAARDE_LOG_PREFIX: 'kw-',
      KLANTWAARDE_MASTER_KEY: randomBytes(32).toString('base64'),
    },
    async close() {
      await double.close();
      await remove(folder);
    },
  };
}

/** Asks until the answer is as wanted; the test's own time limit ends it. */
export async function until(ask: () => Promise<Answer>, isWanted: (answer: Answer) => boolean): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (isWanted(answer)) return answer;
    await pause(50);
  }
}

export const untilReady = (caller: Caller) =>
  until(
    () => caller.get('/health/ready'),
    ({ status }) => status === 200,
  );
