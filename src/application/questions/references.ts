import type { Sentiment } from '../../domain/references.js';
import type { Question } from '../ask.js';
import type { Reading } from '../ports/read-side.js';
import { findCustomer } from './customer.js';
import { limitOf, type Page, type Paging, pageOf, readCursor } from './paging.js';

/** What a customer may be used for, what it was used for, and what it says of us. */
export interface ReferencesOfCustomer {
  readonly consent: readonly { readonly use: string; readonly granted: boolean; readonly since: string }[];
  /** Showcase customer (vitrineklant): consent to that use is in force. */
  readonly showcase: boolean;
  readonly given: readonly {
    readonly to: string;
    readonly toCustomerId: string | null;
    readonly use: string | null;
    readonly givenOn: string;
    /** Whether there was consent to that use when it was given; null where no use is known. */
    readonly consented: boolean | null;
    /** Sealed in the log. */
    readonly outcome: unknown;
  }[];
  /** Latest first. */
  readonly reviews: readonly {
    readonly where: string;
    readonly sentiment: Sentiment;
    readonly seenOn: string;
    /** Sealed in the log. */
    readonly url: unknown;
  }[];
}

/** The use that makes a customer a showcase. */
const showcase = 'showcase';

export async function referencesOf(
  reading: Reading,
  { customer, members }: { readonly customer: number; readonly members: readonly number[] },
): Promise<ReferencesOfCustomer> {
  const own = 'WHERE customer = CAST($customer AS INTEGER)';
  const [consent, given, reviews] = await Promise.all([
    reading.rows<ReferencesOfCustomer['consent'][number]>(
      `SELECT use, granted, since FROM reference_consent_now($as_of, $known) ${own} ORDER BY use`,
      { customer },
    ),
    reading.rows<ReferencesOfCustomer['given'][number]>(
      `SELECT to_name AS "to", to_customer_id, use, occurred_on AS given_on, consented, outcome
       FROM reference_made($as_of, $known) ${own} ORDER BY occurred_at DESC, position DESC`,
      { customer },
    ),
    reading.rows<ReferencesOfCustomer['reviews'][number]>(
      `SELECT place AS "where", sentiment, seen_on, url FROM review
       WHERE customer IN (SELECT unnest(CAST($members AS INTEGER[])))
         AND counts(occurred_at, position, superseded_position, $as_of, $known)
       ORDER BY occurred_at DESC, position DESC`,
      { members },
    ),
  ]);
  return { consent, showcase: consent.some(({ use, granted }) => use === showcase && granted), given, reviews };
}

/** The references of one customer. */
export const referencesOfOne: Question<
  { readonly customerId: string },
  ReferencesOfCustomer & { readonly customerId: string }
> = async (reading, params) => {
  const found = await findCustomer(reading, params.customerId);
  return { customerId: found.customerId, ...(await referencesOf(reading, found)) };
};

export interface ReferencesParams extends Paging {
  /** Only customers that consent to this use. */
  readonly use?: string;
  /** Only customers whose latest review says this. */
  readonly sentiment?: Sentiment;
  readonly accountManager?: string;
}

export interface CustomerReferences {
  readonly customerId: string;
  readonly name: string | null;
  readonly country: string | null;
  readonly accountManager: string | null;
  /** Consent in force. */
  readonly uses: readonly string[];
  readonly showcase: boolean;
  readonly given: number;
  /** Of those, given for a use to which there was no consent then. */
  readonly givenWithoutConsent: number;
  readonly lastGivenOn: string | null;
  readonly recommends: number;
  readonly neutral: number;
  readonly runsDown: number;
  /** That of the latest review. */
  readonly sentiment: Sentiment | null;
  readonly lastSeenOn: string | null;
  readonly lastSeenWhere: string | null;
}

const byName = 'name';

/** Every customer that consented, was a reference, or says something of us; by name. */
export const references: Question<ReferencesParams, Page<CustomerReferences>> = async (reading, params) => {
  const limit = limitOf(params);
  const place = readCursor(params, byName);
  const { use, sentiment, accountManager } = params;
  const rows = await reading.rows<CustomerReferences & { place: string }>(
    `WITH allowed AS (
       SELECT customer, list(use ORDER BY use) FILTER (WHERE granted) AS uses
       FROM reference_consent_now($as_of, $known) GROUP BY customer
     ),
     made AS (
       SELECT customer, count(*) AS given, count(*) FILTER (WHERE NOT consented) AS given_without_consent,
         max(occurred_on) AS last_given_on
       FROM reference_made($as_of, $known) GROUP BY customer
     ),
     listed AS MATERIALIZED (
       SELECT customer, coalesce(uses, []) AS uses, coalesce(given, 0) AS given,
         coalesce(given_without_consent, 0) AS given_without_consent, last_given_on, coalesce(recommends, 0) AS recommends,
         coalesce(neutral, 0) AS neutral, coalesce(runs_down, 0) AS runs_down, sentiment, last_seen_on, last_seen_where
       FROM allowed FULL JOIN made USING (customer) FULL JOIN review_standing($as_of, $known) AS said USING (customer)
       WHERE (CAST($use AS VARCHAR) IS NULL OR list_contains(uses, CAST($use AS VARCHAR)))
         AND ($sentiment IS NULL OR sentiment = $sentiment)
     )
     SELECT listed.* EXCLUDE (customer), customer_id, name, country, rep_id AS account_manager,
       list_contains(uses, '${showcase}') AS showcase, lower(strip_accents(coalesce(name, ''))) AS place
     FROM listed
     JOIN customer_key USING (customer)
     LEFT JOIN customer_named($as_of, $known, (SELECT list(customer) FROM listed)) AS named USING (customer)
     LEFT JOIN account_manager($as_of, $known) AS manager USING (customer)
     WHERE ($manager IS NULL OR rep_id = $manager)
       ${place ? 'AND (place > $place OR (place = $place AND customer_id > CAST($id AS UUID)))' : ''}
     ORDER BY place, customer_id
     LIMIT CAST($limit AS BIGINT) + 1`,
    {
      use: use ?? null,
      sentiment: sentiment ?? null,
      manager: accountManager ?? null,
      limit,
      place: place?.[0],
      id: place?.[1],
    },
  );
  return pageOf(
    rows,
    limit,
    byName,
    (row) => [row.place, row.customerId],
    ({ place: _, ...row }): CustomerReferences => row,
  );
};
