import type { Question, Unconverted } from '../ask.js';
import { limitOf, type Page, type Paging, pageOf, readCursor } from './paging.js';

export interface Contract {
  readonly contractId: string;
  readonly customerId: string;
  readonly name: string | null;
  readonly service: string;
  readonly validFrom: string;
  /** First day on which it no longer holds; null for no end. */
  readonly endsOn: string | null;
  readonly endsInDays: number | null;
  readonly noticeDays: number | null;
  /** Last day on which notice can be given for that end. */
  readonly noticeBy: string | null;
  readonly signedWith: string | null;
  readonly signedBy: string | null;
  /** As signed, minor units of its currency, per month, quarter, year or term. */
  readonly value: number;
  readonly currency: string;
  readonly per: string;
  /** Value a year in minor units of the reporting currency; null without an exchange rate. */
  readonly yearly: number | null;
}

export interface Contracts extends Page<Contract> {
  readonly currency: string;
  readonly contracts: number;
  readonly customers: number;
  /** What they bring a year together. */
  readonly yearly: number;
}

export interface ContractsParams extends Paging {
  /** Only those that end within so many days. */
  readonly endingWithin?: number;
}

const order = 'contracts';
/** Sorts after every day. */
const noEnd = '9999-12-31';

/** Contracts in force, those that end first at the top. */
export const contracts: Question<ContractsParams, Contracts> = async (reading, params, { leaveOut }) => {
  const limit = limitOf(params);
  const place = readCursor(params, order);
  const { endingWithin } = params;
  const from = `contract_in_force($as_of, $known) ${
    endingWithin === undefined ? '' : 'WHERE ends_on <= local_day($as_of) + CAST($within AS INTEGER)'
  }`;
  const within = { within: endingWithin };
  const [rows, [total], unconverted] = await Promise.all([
    reading.rows<Contract & { customer: number; place: string }>(
      `SELECT contract_id, customer, customer_id, service, valid_from, ends_on,
         CAST(ends_on - local_day($as_of) AS INTEGER) AS ends_in_days, notice_days,
         ends_on - coalesce(notice_days, 0) - 1 AS notice_by, signed_with, signed_by, "value", currency, per, yearly,
         CAST(coalesce(ends_on, DATE '${noEnd}') AS VARCHAR) AS place
       FROM (FROM ${from}) JOIN customer_key USING (customer)
       ${place ? 'WHERE place > $place OR (place = $place AND contract_id > CAST($id AS UUID))' : ''}
       ORDER BY place, contract_id
       LIMIT CAST($limit AS BIGINT) + 1`,
      { ...within, limit, place: place?.[0], id: place?.[1] },
    ),
    reading.rows<Pick<Contracts, 'contracts' | 'customers' | 'yearly'>>(
      `SELECT count(*) AS contracts, count(DISTINCT customer) AS customers,
         CAST(coalesce(sum(yearly), 0) AS BIGINT) AS yearly
       FROM ${from}`,
      within,
    ),
    reading.rows<Unconverted>(
      `SELECT currency, CAST(sum("value") AS BIGINT) AS amount
       FROM (FROM ${from}) WHERE NOT converted GROUP BY currency ORDER BY currency`,
      within,
    ),
  ]);
  if (!total) throw new Error('An aggregate without groups gave no row.');
  leaveOut(unconverted);
  const named = await reading.rows<{ customer: number; name: string | null }>(
    'SELECT customer, name FROM customer_named($as_of, $known, CAST($customers AS INTEGER[]))',
    { customers: rows.map(({ customer }) => customer) },
  );
  const names = new Map(named.map(({ customer, name }) => [customer, name]));
  return {
    currency: reading.currency,
    ...total,
    ...pageOf(
      rows,
      limit,
      order,
      (row) => [row.place, row.contractId],
      ({ place: _, customer, ...row }): Contract => ({ ...row, name: names.get(customer) ?? null }),
    ),
  };
};
