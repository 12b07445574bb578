import { loadFacts } from '../../../src/infrastructure/duckdb/sql-files.js';
import type { GivenReadSide } from '../../support/read-side.js';

const tables = ['customer_key', 'supersession', ...loadFacts().map(({ name }) => name)];

/** Every row of every table, in an order that does not depend on how they came there. */
export async function contents(given: Pick<GivenReadSide, 'rows'>): Promise<Record<string, unknown[]>> {
  const all: Record<string, unknown[]> = {};
  for (const table of tables) all[table] = await given.rows(`SELECT * FROM ${table} ORDER BY ALL`);
  return all;
}
