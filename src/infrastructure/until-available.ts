import { setTimeout as pause } from 'node:timers/promises';
import { LogUnavailable } from '../application/ports/event-log.js';

/** Something that has to be there before the rest can begin, and is not. */
export interface Outage {
  /** When it was first missed, milliseconds since 1970. */
  readonly since: number;
  /** In a sentence. */
  readonly reason: string;
  readonly attempts: number;
  /** When it is tried again, milliseconds since 1970. */
  readonly nextAttempt: number;
}

export interface Waiting {
  /** Gives up at once, whatever is under way. */
  readonly signal?: AbortSignal | undefined;
  /** Told of each attempt that failed; undefined when it is over. */
  readonly onOutage: (outage: Outage | undefined) => void;
}

const FIRST_PAUSE_MS = 250;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Opens something on a log, again and again while the log can't be reached, with pauses that grow to ten seconds. What
 * else goes wrong is thrown at once: waiting would not mend it.
 * @throws the signal's reason when it was given up
 */
export async function untilAvailable<Opened>(
  open: () => Promise<Opened>,
  dispose: (opened: Opened) => Promise<void>,
  { signal, onOutage }: Waiting,
): Promise<Opened> {
  let since: number | undefined;
  for (let attempts = 1; ; attempts++) {
    signal?.throwIfAborted();
    try {
      const opened = await unlessAborted(open(), dispose, signal);
      if (since !== undefined) onOutage(undefined);
      return opened;
    } catch (error) {
      if (!(error instanceof LogUnavailable)) throw error;
      const now = Date.now();
      since ??= now;
      const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempts - 1, 10));
      const ms = longest * (0.5 + Math.random() / 2);
      onOutage({ since, reason: error.message, attempts, nextAttempt: now + ms });
      await pause(ms, undefined, { signal }).catch(() => undefined);
    }
  }
}

/** What opens after nobody wants it any more is closed again. */
function unlessAborted<Opened>(
  opening: Promise<Opened>,
  dispose: (opened: Opened) => Promise<void>,
  signal: AbortSignal | undefined,
): Promise<Opened> {
  if (!signal) return opening;
  return new Promise((resolve, reject) => {
    const giveUp = () => {
      opening.then(dispose).catch(() => undefined);
      reject(signal.reason);
    };
    signal.addEventListener('abort', giveUp, { once: true });
    opening.then(resolve, reject).finally(() => signal.removeEventListener('abort', giveUp));
  });
}
