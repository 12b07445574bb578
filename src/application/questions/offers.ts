import type { OfferKind } from '../../domain/offers.js';
import type { Question, Unconverted } from '../ask.js';
import type { Reading } from '../ports/read-side.js';
import { findCustomer } from './customer.js';
import { limitOf, type Page, type Paging, pageOf, readCursor } from './paging.js';
import { type Period, periodDays } from './value.js';

export const offerStates = ['open', 'accepted', 'declined', 'expired'] as const;
export type OfferState = (typeof offerStates)[number];

export interface Offer {
  readonly offerId: string;
  readonly customerId: string;
  readonly name: string | null;
  /** Of the customer, as of the date. */
  readonly accountManager: string | null;
  readonly kind: OfferKind;
  readonly product: string;
  readonly productGroup: string | null;
  readonly sku: string | null;
  readonly basis: string | null;
  /** As it was told, in minor units of `currency`. */
  readonly value: number | null;
  readonly currency: string | null;
  readonly madeOn: string;
  /** First day on which it no longer stands. */
  readonly validTo: string | null;
  readonly state: OfferState;
  readonly answeredOn: string | null;
  /** Sealed in the log. */
  readonly reason: unknown;
  /** What came of it. */
  readonly orderId: string | null;
}

interface OfferFilter {
  readonly kind?: OfferKind;
  /** Customer id. */
  readonly customer?: string;
  readonly accountManager?: string;
}

export interface OffersParams extends OfferFilter, Paging {
  readonly state?: OfferState;
}

const order = 'offers';

/** @throws NotFound */
async function selected(reading: Reading, { kind, customer, accountManager }: OfferFilter) {
  const found = customer === undefined ? undefined : await findCustomer(reading, customer);
  return {
    from: `offer_state($as_of, $known) AS offered
      LEFT JOIN (SELECT customer, rep_id FROM account_manager($as_of, $known)) AS manager USING (customer)`,
    where: `($kind IS NULL OR kind = $kind) AND ($manager IS NULL OR rep_id = $manager)
      AND (CAST($customer AS INTEGER) IS NULL OR customer = CAST($customer AS INTEGER))`,
    params: { kind: kind ?? null, manager: accountManager ?? null, customer: found?.customer ?? null },
  };
}

/** Offers that were made, the latest first. */
export const offers: Question<OffersParams, Page<Offer>> = async (reading, params) => {
  const limit = limitOf(params);
  const place = readCursor(params, order);
  const { from, where, params: filter } = await selected(reading, params);
  const rows = await reading.rows<Offer & { at: number; position: number }>(
    `WITH page AS MATERIALIZED (
       SELECT *, epoch_ms(occurred_at) AS "at"
       FROM ${from}
       WHERE ${where} AND ($state IS NULL OR state = $state)
         ${place ? 'AND ("at", position) < (CAST($at AS BIGINT), CAST($position AS BIGINT))' : ''}
       ORDER BY "at" DESC, position DESC
       LIMIT CAST($limit AS BIGINT) + 1
     )
     SELECT offer_id, customer_id, named.name, rep_id AS account_manager, kind, product, product_group, sku, basis,
       "value", currency, made_on, valid_to, state, answered_on, reason, order_id, "at", position
     FROM page
     JOIN customer_key USING (customer)
     LEFT JOIN customer_named($as_of, $known, (SELECT list(customer) FROM page)) AS named USING (customer)
     ORDER BY "at" DESC, position DESC`,
    { ...filter, state: params.state ?? null, limit, at: place?.[0], position: place?.[1] },
  );
  return pageOf(
    rows,
    limit,
    order,
    (row) => [row.at, row.position],
    ({ at: _, position: __, ...offer }): Offer => offer,
  );
};

/** Amounts in minor units of the reporting currency, of the offers with a value. */
export interface OfferFigures {
  readonly made: number;
  readonly open: number;
  /** Accepted or declined. */
  readonly answered: number;
  readonly accepted: number;
  readonly declined: number;
  readonly expired: number;
  /** accepted ÷ answered, a fraction with six places; null where nothing was answered. */
  readonly acceptanceRate: number | null;
  readonly value: number;
  readonly valueOpen: number;
  readonly valueAccepted: number;
  /** Offers that are in no value: none was told, or it has no exchange rate. */
  readonly withoutValue: number;
}

export const offersDefinition =
  'Acceptance rate = offers accepted ÷ offers answered. An offer is open until it is answered or lapses, and expired when it ' +
  'lapsed without an answer. Values are those told when the offers were made, by the exchange rate of that day.';

export const offerGroupings = ['kind', 'accountManager', 'productGroup'] as const;
export type OfferGrouping = (typeof offerGroupings)[number];

export interface OfferFiguresParams extends OfferFilter, Period {
  readonly by?: OfferGrouping;
}

export interface OffersInFigures {
  readonly currency: string;
  readonly definition: string;
  readonly total: OfferFigures;
  /** Null for offers without one. */
  readonly groups?: readonly (OfferFigures & { readonly group: string | null })[];
}

const inState = (state: OfferState) => `FILTER (WHERE state = '${state}')`;
const figures = `count(*) AS made, count(*) ${inState('open')} AS open,
  count(*) FILTER (WHERE state IN ('accepted', 'declined')) AS answered, count(*) ${inState('accepted')} AS accepted,
  count(*) ${inState('declined')} AS declined, count(*) ${inState('expired')} AS expired,
  share(count(*) ${inState('accepted')}, count(*) FILTER (WHERE state IN ('accepted', 'declined'))) AS acceptance_rate,
  CAST(coalesce(sum(worth), 0) AS BIGINT) AS "value",
  CAST(coalesce(sum(worth) ${inState('open')}, 0) AS BIGINT) AS value_open,
  CAST(coalesce(sum(worth) ${inState('accepted')}, 0) AS BIGINT) AS value_accepted,
  count(*) FILTER (WHERE worth IS NULL) AS without_value`;

const groups: Readonly<Record<OfferGrouping, string>> = {
  kind: 'kind',
  accountManager: 'rep_id',
  productGroup: 'product_group',
};

/** What became of the offers made over a period or in all, together and by group. */
export const offerFigures: Question<OfferFiguresParams, OffersInFigures> = async (reading, params, { leaveOut }) => {
  const { by } = params;
  const { from, where, params: filter } = await selected(reading, params);
  const given = { ...filter, ...periodDays(params) };
  const made = `FROM ${from} WHERE ${where} AND made_on >= CAST($from AS DATE) AND made_on < CAST($to AS DATE)`;
  const [[total], grouped, unconverted] = await Promise.all([
    reading.rows<OfferFigures>(`SELECT ${figures} ${made}`, given),
    by &&
      reading.rows<OfferFigures & { group: string | null }>(
        `SELECT ${groups[by]} AS "group", ${figures} ${made} GROUP BY 1 ORDER BY 1 NULLS LAST`,
        given,
      ),
    reading.rows<Unconverted>(
      `SELECT currency, CAST(sum("value") AS BIGINT) AS amount
       ${made} AND "value" IS NOT NULL AND NOT converted GROUP BY currency ORDER BY currency`,
      given,
    ),
  ]);
  if (!total) throw new Error('An aggregate without groups gave no row.');
  leaveOut(unconverted);
  return {
    currency: reading.currency,
    definition: offersDefinition,
    total,
    ...(grouped && { groups: grouped }),
  };
};
