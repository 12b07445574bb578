import type { Question } from '../ask.js';
import type { Reading } from '../ports/read-side.js';
import { contributionOfRow, keepContribution } from './contribution.js';
import { findCustomer } from './customer.js';
import { limitOf, type Page, type Paging, pageOf, readCursor } from './paging.js';
import { periodDays } from './value.js';

/** What a customer is worth through those it brought in. Minor units of the reporting currency. */
export interface ReferralFigures {
  readonly referrals: number;
  readonly converted: number;
  /** To date, of who would not have come otherwise. */
  readonly contribution: number;
  /** Of who would have come anyway. */
  readonly savedAcquisitionCost: number;
  /** Spent on the referrals. */
  readonly cost: number;
  /** contribution + savedAcquisitionCost − cost */
  readonly value: number;
}

export const referralDefinition =
  'Referral value = contribution to date of customers who would not have come otherwise + saved acquisition cost of those ' +
  'who would − referral cost (Kumar, Petersen & Leone 2007). Where nobody said whether a customer would have come anyway, ' +
  'it would not; who was brought in several times counts with the first that became a customer.';

export interface Referral {
  readonly referralId: string;
  readonly prospect: string;
  readonly partner: string | null;
  readonly referredOn: string;
  /** Null while it has not become a customer. */
  readonly customerId: string | null;
  readonly convertedOn: string | null;
  readonly wouldHaveComeAnyway: boolean | null;
  readonly contribution: number;
  readonly savedAcquisitionCost: number;
  readonly cost: number;
}

/** Kept table: see the view referral_worth. */
async function keptReferrals(reading: Reading): Promise<string> {
  const { key, byCustomer } = await keepContribution(reading, periodDays({}));
  const accounts = await reading.keep(
    'contributed',
    key,
    `SELECT customer, ${contributionOfRow} AS contribution FROM ${byCustomer}`,
  );
  const [state] = await reading.rows<Record<string, unknown>>(
    `SELECT max(position) AS position, max(superseded_position) FILTER (WHERE superseded_position <= $known) AS superseded,
       max(occurred_at) AS occurred_at
     FROM (
       SELECT position, superseded_position, occurred_at FROM referral
       UNION ALL SELECT position, superseded_position, occurred_at FROM referral_converted
     )
     WHERE position <= $known AND occurred_at <= $as_of`,
  );
  return reading.keep(
    'referral_worth',
    [accounts, ...Object.values(state ?? {})].join('/'),
    `FROM referral_worth($as_of, $known, '${accounts}')`,
  );
}

const figures = `count(*) AS referrals, count(new_customer) AS converted,
  CAST(coalesce(sum(contribution), 0) AS BIGINT) AS contribution,
  CAST(coalesce(sum(saved_acquisition_cost), 0) AS BIGINT) AS saved_acquisition_cost,
  CAST(coalesce(sum(cost), 0) AS BIGINT) AS cost,
  CAST(coalesce(sum(contribution + saved_acquisition_cost - cost), 0) AS BIGINT) AS "value"`;

/** The figures of one customer alone. */
export async function referralFiguresOf(reading: Reading, customer: number): Promise<ReferralFigures> {
  const [row] = await reading.rows<ReferralFigures>(
    `SELECT ${figures} FROM ${await keptReferrals(reading)} WHERE customer = CAST($customer AS INTEGER)`,
    { customer },
  );
  if (!row) throw new Error('An aggregate without groups gave no row.');
  return row;
}

export interface ReferralValue {
  readonly customerId: string;
  readonly currency: string;
  readonly definition: string;
  readonly referralValue: ReferralFigures;
  /** The earliest first. */
  readonly referrals: readonly Referral[];
}

/** What one customer is worth through those it brought in, one by one. */
export const referralValue: Question<{ customerId: string }, ReferralValue> = async (reading, params) => {
  const { customer, customerId } = await findCustomer(reading, params.customerId);
  const [total, referrals] = await Promise.all([
    referralFiguresOf(reading, customer),
    reading.rows<Referral>(
      `SELECT referral_id, prospect_name AS prospect, partner, referred_on, customer_id, converted_on,
         would_have_come_anyway, contribution, saved_acquisition_cost, cost
       FROM ${await keptReferrals(reading)} AS worth
       LEFT JOIN customer_key ON customer_key.customer = new_customer
       WHERE worth.customer = CAST($customer AS INTEGER)
       ORDER BY referred_on, referral_id`,
      { customer },
    ),
  ]);
  return { customerId, currency: reading.currency, definition: referralDefinition, referralValue: total, referrals };
};

/** A customer that brought others in, who in turn may have. */
export interface ReferralChain {
  readonly customerId: string;
  readonly name: string | null;
  /** Everybody who came through it, at any remove. */
  readonly customers: number;
  /** Removes to the furthest. */
  readonly depth: number;
  /** Of everybody who came through it and would not have come otherwise, to date. */
  readonly contribution: number;
  /** Those who came through it, nearest first. */
  readonly through: readonly { readonly customerId: string; readonly by: string; readonly remove: number }[];
}

export interface ReferralChains extends Page<ReferralChain> {
  readonly currency: string;
  readonly definition: string;
}

const mostRemoves = 50;
const order = 'chains';

/** Chains of referrals from those whom nobody brought in, the largest first. */
export const referralChains: Question<Paging, ReferralChains> = async (reading, params) => {
  const limit = limitOf(params);
  const place = readCursor(params, order);
  const worth = await keptReferrals(reading);
  const rows = await reading.rows<ReferralChain & { root: number }>(
    `WITH RECURSIVE
       edge AS MATERIALIZED (
         -- Each came through the first who brought it in.
         SELECT new_customer AS child, arg_min(customer, (converted_on, referral_id)) AS parent,
           arg_min(contribution, (converted_on, referral_id)) AS contribution
         FROM ${worth}
         WHERE new_customer IS NOT NULL AND new_customer <> customer
         GROUP BY new_customer
       ),
       walk AS (
         SELECT DISTINCT parent AS root, parent AS customer, NULL::INTEGER AS parent, 0 AS remove,
           0::BIGINT AS contribution
         FROM edge WHERE parent NOT IN (SELECT child FROM edge)
         UNION ALL
         SELECT root, child, edge.parent, remove + 1, edge.contribution
         FROM walk JOIN edge ON edge.parent = walk.customer WHERE remove < ${mostRemoves}
       ),
       chain AS (
         SELECT root, count(*) AS customers, max(remove) AS depth, CAST(sum(walk.contribution) AS BIGINT) AS contribution,
           list({'customer_id': own.customer_id, 'by': referrer.customer_id, 'remove': remove}
             ORDER BY remove, own.customer_id) AS through
         FROM walk
         JOIN customer_key AS own ON own.customer = walk.customer
         JOIN customer_key AS referrer ON referrer.customer = walk.parent
         WHERE remove > 0
         GROUP BY root
       )
     SELECT root, customer_id, customers, depth, contribution, through
     FROM chain JOIN customer_key ON customer = root
     ${place ? 'WHERE customers < $size OR (customers = $size AND customer_id > CAST($id AS UUID))' : ''}
     ORDER BY customers DESC, customer_id
     LIMIT CAST($limit AS BIGINT) + 1`,
    { limit, size: place?.[0], id: place?.[1] },
  );
  const named = await reading.rows<{ customer: number; name: string | null }>(
    'SELECT customer, name FROM customer_named($as_of, $known, CAST($customers AS INTEGER[]))',
    { customers: rows.map(({ root }) => root) },
  );
  const names = new Map(named.map(({ customer, name }) => [customer, name]));
  return {
    currency: reading.currency,
    definition:
      'From each customer whom nobody brought in: everybody who came through it, at any remove. Each came through the ' +
      `first who brought it in. ${referralDefinition}`,
    ...pageOf(
      rows,
      limit,
      order,
      (row) => [row.customers, row.customerId],
      ({ root, ...row }): ReferralChain => ({ ...row, name: names.get(root) ?? null }),
    ),
  };
};
