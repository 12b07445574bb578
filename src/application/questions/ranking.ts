import { localDay } from '../dates.js';
import type { Reading } from '../ports/read-side.js';

export type Standing = 'A' | 'B' | 'C' | 'D' | 'inactive' | 'prospect' | 'suspect';

/**
 * Name of the table that keeps the pyramid's ranking for a reading, for `pyramid_from` in SQL. Two readings share it when
 * nothing that can change it lies between them: same local day, same last revenue fact.
 */
export async function keptRanking(reading: Reading): Promise<string> {
  const [state] = await reading.rows<{ position: number; occurredAt: string | null }>(
    'FROM revenue_state($as_of, $known)',
  );
  const key = [localDay(reading.asOf, reading.timeZone), state?.position, state?.occurredAt].join('/');
  return reading.keep('pyramid_ranking', key, 'SELECT * FROM pyramid_ranking($as_of, $known)');
}
