import type { EsdbConnection } from './connection.js';
import { failureOf, isPassing } from './errors.js';

/** How long the server may take, in milliseconds. */
export interface EsdbPatience {
  /** For being reached at all when something is opened. Default 5,000. */
  readonly open: number;
  /** For one attempt to append or to read, and between two events of a read. Default 4,000. */
  readonly attempt: number;
  /** For an append or a read with all its attempts. Default 12,000. */
  readonly total: number;
  /** For silence on a subscription before it is looked whether there is something wrong. Default 15,000. */
  readonly quiet: number;
}

export const PATIENCE: EsdbPatience = { open: 5_000, attempt: 4_000, total: 12_000, quiet: 15_000 };

const FIRST_PAUSE_MS = 10;
const LONGEST_PAUSE_MS = 1_000;
/** Less is no chance. */
const LEAST_MS = 50;

/**
 * Tries the same again, with growing pauses, for as long as that may help: what is tried must be harmless when it
 * happens twice.
 * @param until by the clock of `performance`
 * @param work is told how many milliseconds it has, and the number of the attempt, from 0
 * @throws the last error of the client's
 */
export async function persisting<Answer>(
  connection: EsdbConnection,
  patience: Pick<EsdbPatience, 'attempt'>,
  until: number,
  work: (milliseconds: number, attempt: number) => Promise<Answer>,
): Promise<Answer> {
  for (let attempt = 0; ; attempt++) {
    try {
      const left = Math.min(patience.attempt, until - performance.now());
      return await work(Math.max(Math.ceil(left), LEAST_MS), attempt);
    } catch (error) {
      const failure = failureOf(error);
      if (!isPassing(failure) || performance.now() >= until) throw error;
      // The leader that was named can be asked at once; one that doesn't know the leader itself can't.
      if (failure.kind !== 'not-leader' || attempt > 0) {
        await connection.pause(attempt, FIRST_PAUSE_MS, LONGEST_PAUSE_MS);
        if (performance.now() >= until) throw error;
      }
    }
  }
}
