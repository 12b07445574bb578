import { setTimeout as pause } from 'node:timers/promises';
import { LogUnavailable } from '../../application/ports/event-log.js';
import { isBusy } from './database-file.js';

const BUSY_PAUSE_MS = 20;

/** Tries again while another process holds the file, without holding up this one: SQLite's own waiting would. */
export async function patiently<Answer>(longestMs: number, attempt: () => Answer): Promise<Answer> {
  const until = performance.now() + longestMs;
  for (;;) {
    try {
      return attempt();
    } catch (error) {
      const cause = error instanceof LogUnavailable ? error.cause : error;
      if (!isBusy(cause) || performance.now() >= until) throw error;
      await pause(BUSY_PAUSE_MS);
    }
  }
}
