import { LogUnavailable } from '../application/ports/event-log.js';

/**
 * What the log answers, unless it is silent for too long: for questions about the log itself, where an answer in time
 * counts for more than waiting it out.
 * @throws LogUnavailable
 */
export async function within<Answer>(ms: number, answering: Promise<Answer>): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined;
  const tooLate = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new LogUnavailable(`The log has not answered within ${ms / 1_000} s.`, 5)), ms);
  });
  try {
    return await Promise.race([answering, tooLate]);
  } finally {
    clearTimeout(timer);
    answering.catch(() => undefined);
  }
}
