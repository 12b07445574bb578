import type { RecordedEvent } from './event-log.js';

/**
 * When an event counts as recorded, in milliseconds since 1970: the log's own stamp (or the original one of a copied
 * log), but never before the effective time of the event at the position before.
 *
 * Stamps step back when a clock is set or a leader changes. Whoever follows the log keeps the effective time next to
 * the position in its checkpoint, so that every node arrives at the same times, also after a restart.
 *
 * @param previous effective time of the event before it; left out at the beginning of the log
 */
export function effectiveTime(
  event: Pick<RecordedEvent, 'recordedAt' | 'originalRecordedAt'>,
  previous?: number,
): number {
  const stamp = event.originalRecordedAt ?? event.recordedAt;
  return previous === undefined || stamp > previous ? stamp : previous;
}
