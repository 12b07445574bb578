import type { DuckDBConnection } from '@duckdb/node-api';
import { BadView } from '../duckdb/database.js';
import type { Fact } from '../duckdb/sql-files.js';

/** A column as it leaves: its name and type, and of an amount whose minor units it is in. */
export interface ToldColumn {
  readonly name: string;
  readonly type: string;
  readonly about?: string;
  readonly money?: string;
}

export interface FactSelect {
  readonly columns: readonly ToldColumn[];
  /** Columns that stay here, as they hold sealed texts. */
  readonly sealed: readonly string[];
  readonly sql: string;
  /** Whether its rows have a currency of their own. */
  readonly hasCurrency: boolean;
}

/** JSON of the facts that is nobody's text; all other JSON may be sealed, and stays here. */
const inTheClear: Readonly<Record<string, readonly string[]>> = {
  discount_agreement: ['tiers'],
  payment_terms: ['settlement'],
  segmentation_run: ['policy'],
  supplier: ['external_ids'],
  value_policy: ['elements'],
};

const notMoney = new Set(['position', 'replaces', 'revision']);

/** Facts that say something of the world; the others are notes of the read side to itself. */
export function isExported(fact: Fact): boolean {
  return fact.canBeSuperseded;
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;

/** SQL of a fact's rows that count as of an instant (ms) and were known at a position, for readers outside. */
export async function factSelect(
  connection: DuckDBConnection,
  fact: string,
  { asOf, known }: { readonly asOf: number; readonly known: bigint },
): Promise<FactSelect> {
  const described = await connection.runAndReadAll(`DESCRIBE ${quoted(fact)}`);
  const stored = described.getRowObjectsJS() as { column_name: string; column_type: string }[];
  if (stored.length === 0) throw new BadView(fact, new Error('It has no columns.'));
  const names = new Set(stored.map(({ column_name }) => column_name));
  const hasCurrency = names.has('currency');
  const sealed: string[] = [];
  const joins: string[] = [];
  const columns: (ToldColumn & { readonly sql: string })[] = [];
  for (const { column_name: name, column_type: type } of stored) {
    const column = `fact.${quoted(name)}`;
    if (name === 'superseded_position') continue;
    if (type === 'JSON') {
      if (inTheClear[fact]?.includes(name)) {
        columns.push({ name, type: 'VARCHAR', about: 'JSON.', sql: `CAST(${column} AS VARCHAR)` });
      } else {
        sealed.push(name);
      }
    } else if (type === 'TIMESTAMP') {
      columns.push({ name, type: 'TIMESTAMPTZ', sql: `timezone('UTC', ${column})` });
    } else if (type === 'INTEGER' && /(^|_)customer$/.test(name)) {
      // A number of the read side's own: outside a customer is its id.
      if (names.has(`${name}_id`)) continue;
      joins.push(`LEFT JOIN customer_key AS ${quoted(`of_${name}`)} ON ${quoted(`of_${name}`)}.customer = ${column}`);
      columns.push({ name: `${name}_id`, type: 'UUID', sql: `${quoted(`of_${name}`)}.customer_id` });
    } else {
      const isMoney = type === 'BIGINT' && !notMoney.has(name);
      columns.push({
        name,
        type,
        ...(isMoney && { money: hasCurrency ? 'the row’s currency' : 'reporting currency' }),
        sql: column,
      });
    }
  }
  const select = columns.map(({ name, sql }) => `${sql} AS ${quoted(name)}`).join(', ');
  return {
    columns: columns.map(({ sql: _, ...column }) => column),
    sealed,
    hasCurrency,
    sql: `SELECT ${select} FROM ${quoted(fact)} AS fact ${joins.join(' ')}
      WHERE counts(fact.occurred_at, fact.position, fact.superseded_position, make_timestamp(${asOf} * 1000), ${known})`,
  };
}
