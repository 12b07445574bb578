import { BadQuestion, type Question } from '../ask.js';
import { BadDate, localDay, parseDay } from '../dates.js';
import type { Agreement } from './agreement.js';
import { findCustomer } from './customer.js';
import { limitOf, type Page, type Paging, pageOf, readCursor } from './paging.js';

export interface AgreementsParams extends Paging {
  readonly customerId?: string;
  /** Only those that end before this local day. */
  readonly endingBefore?: string;
}

export interface AgreementInForce extends Omit<Agreement, 'agreedWith' | 'agreedBy'> {
  readonly customer: { readonly id: string; readonly name: string | null };
  /** Contact person of the customer. Names are sealed in the log. */
  readonly agreedWith: { readonly contactPersonId: string; readonly name: unknown } | null;
  readonly agreedBy: { readonly repId: string; readonly name: unknown } | null;
}

export interface Agreements extends Page<AgreementInForce> {
  /** The local day on which they hold. */
  readonly on: string;
}

interface AgreementRow {
  readonly kind: 'discount' | 'paymentTerms';
  readonly position: number;
  readonly customerId: string;
  readonly customerName: string | null;
  readonly agreementId: string;
  readonly scopeKind: 'all' | 'productGroup' | 'sku';
  readonly scopeValue: string | null;
  readonly rate: number | null;
  readonly tiers: Agreement['tiers'];
  readonly days: number;
  readonly settlement: Agreement['settlementDiscount'];
  readonly validFrom: string;
  readonly validTo: string | null;
  readonly agreedWith: string | null;
  readonly personName: unknown;
  readonly agreedBy: string | null;
  readonly repName: unknown;
}

/** What is in force on the day of asOf, with whom it was agreed, in the order in which it was recorded. */
export const agreements: Question<AgreementsParams, Agreements> = async (reading, params) => {
  const limit = limitOf(params);
  const [after = 0] = readCursor(params, 'position') ?? [];
  const { customerId, endingBefore } = params;
  let before: string | null = null;
  try {
    before = endingBefore === undefined ? null : parseDay(endingBefore);
  } catch (error) {
    throw error instanceof BadDate ? new BadQuestion('endingBefore', error.message) : error;
  }
  const found = customerId === undefined ? undefined : await findCustomer(reading, customerId);
  const rows = await reading.rows<AgreementRow>(
    `WITH page AS MATERIALIZED (
       SELECT *
       FROM agreement_term($as_of, $known)
       WHERE valid_from <= local_day($as_of) AND (valid_to IS NULL OR valid_to > local_day($as_of))
         AND (CAST($customer AS INTEGER) IS NULL OR customer = CAST($customer AS INTEGER))
         AND (CAST($before AS DATE) IS NULL OR valid_to < CAST($before AS DATE))
         AND position > CAST($after AS BIGINT)
       ORDER BY position
       LIMIT CAST($limit AS BIGINT) + 1
     ),
     person AS (
       SELECT contact_person_id, arg_max(name, latest_key(true, occurred_at, position)) AS name
       FROM contact_person
       WHERE name IS NOT NULL AND counts(occurred_at, position, superseded_position, $as_of, $known)
         AND contact_person_id IN (SELECT agreed_with FROM page)
       GROUP BY contact_person_id
     ),
     label AS (
       SELECT coalesce(same.effective, fact.customer) AS customer,
         arg_max(name, latest_key(same.effective IS NULL, occurred_at, position)) AS name
       FROM customer_details AS fact
       LEFT JOIN same_customer($as_of, $known) AS same ON same.customer = fact.customer
       WHERE name IS NOT NULL AND counts(occurred_at, position, superseded_position, $as_of, $known)
         AND coalesce(same.effective, fact.customer) IN (SELECT customer FROM page)
       GROUP BY ALL
     )
     SELECT page.* EXCLUDE (customer, source), customer_id, label.name AS customer_name, person.name AS person_name,
       rep.name AS rep_name
     FROM page
     JOIN customer_key ON customer_key.customer = page.customer
     LEFT JOIN label ON label.customer = page.customer
     LEFT JOIN person ON contact_person_id = agreed_with
     LEFT JOIN rep_label($as_of, $known) AS rep ON rep_id = agreed_by
     ORDER BY page.position`,
    { customer: found?.customer ?? null, before, after, limit },
  );
  return {
    on: localDay(reading.asOf, reading.timeZone),
    ...pageOf(
      rows,
      limit,
      'position',
      (row) => [row.position],
      (row): AgreementInForce => ({
        kind: row.kind,
        agreementId: row.agreementId,
        customer: { id: row.customerId, name: row.customerName },
        ...(row.kind === 'discount'
          ? { scope: { kind: row.scopeKind, value: row.scopeValue }, rate: row.rate, tiers: row.tiers }
          : { days: row.days, settlementDiscount: row.settlement }),
        validFrom: row.validFrom,
        validTo: row.validTo,
        agreedWith: row.agreedWith === null ? null : { contactPersonId: row.agreedWith, name: row.personName },
        agreedBy: row.agreedBy === null ? null : { repId: row.agreedBy, name: row.repName },
      }),
    ),
  };
};
