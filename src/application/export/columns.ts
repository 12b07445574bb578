/** What a column of an exported table holds, in the terms of SQL. */
export interface Column {
  readonly type:
    | 'UUID'
    | 'VARCHAR'
    | 'BIGINT'
    | 'INTEGER'
    | 'BOOLEAN'
    | 'DATE'
    | 'TIMESTAMPTZ'
    | 'DECIMAL(18, 6)'
    | 'DECIMAL(24, 6)'
    | 'DOUBLE';
  readonly about: string;
  /** Of an amount: whose minor units it is in. */
  readonly money?: 'reporting currency' | 'the row’s currency';
}

export const id = (about: string): Column => ({ type: 'UUID', about });
export const text = (about: string): Column => ({ type: 'VARCHAR', about });
export const count = (about: string): Column => ({ type: 'BIGINT', about });
export const flag = (about: string): Column => ({ type: 'BOOLEAN', about });
/** A local day. */
export const day = (about: string): Column => ({ type: 'DATE', about });
/** UTC. */
export const instant = (about: string): Column => ({ type: 'TIMESTAMPTZ', about });
/** Exact, to six places. */
export const share = (about: string): Column => ({ type: 'DECIMAL(18, 6)', about });
/** What the value policy ranks by: an amount in minor units of the reporting currency, or a score. */
export const figure = (about: string): Column => ({
  type: 'DECIMAL(24, 6)',
  about: `${about} Minor units, or a score.`,
});
/** What a model says: as near as a float is. */
export const estimate = (about: string): Column => ({ type: 'DOUBLE', about });
export const money = (about: string): Column => ({ type: 'BIGINT', about, money: 'reporting currency' });
export const moneyInItsCurrency = (about: string): Column => ({ type: 'BIGINT', about, money: 'the row’s currency' });
