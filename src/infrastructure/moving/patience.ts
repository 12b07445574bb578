import { setTimeout as pause } from 'node:timers/promises';
import { type EventLog, LogUnavailable, type RecordedEvent } from '../../application/ports/event-log.js';

/** Attempts without any headway before the trouble is the operator's. */
const MOST_ATTEMPTS = 30;
const LONGEST_PAUSE_SECONDS = 10;

/** Waits for a log that went away to come back. @throws what went wrong, when waiting is of no use or was long enough */
async function wait(error: unknown, attempts: number, signal: AbortSignal | undefined): Promise<void> {
  if (!(error instanceof LogUnavailable) || attempts >= MOST_ATTEMPTS) throw error;
  signal?.throwIfAborted();
  const seconds = Math.min(error.retryAfterSeconds, LONGEST_PAUSE_SECONDS);
  await pause(seconds * 1_000, undefined, { signal }).catch(() => signal?.throwIfAborted());
}

/** Does it until the log is there to do it. It must be harmless to do twice. */
export async function untilAvailable<Answer>(work: () => Promise<Answer>, signal?: AbortSignal): Promise<Answer> {
  for (let attempts = 0; ; attempts++) {
    try {
      return await work();
    } catch (error) {
      await wait(error, attempts, signal);
    }
  }
}

/** Every event after a position. Where the log went away meanwhile it is read on from there. */
export async function* everyEvent(
  log: EventLog,
  after: bigint | undefined,
  signal?: AbortSignal,
): AsyncGenerator<RecordedEvent, void, void> {
  let last = after;
  for (let attempts = 0; ; attempts++) {
    try {
      for await (const event of log.readAll(last === undefined ? {} : { after: last })) {
        attempts = 0;
        last = event.position;
        yield event;
      }
      return;
    } catch (error) {
      await wait(error, attempts, signal);
    }
  }
}
