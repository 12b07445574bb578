import { BadQuestion, type Question } from '../ask.js';
import { formatPosition } from '../ports/position.js';
import type { Reading } from '../ports/read-side.js';
import { comparisonsOf, meanIndex, type PriceComparison } from './competitor-prices.js';
import { findCustomer } from './customer.js';
import { limitOf, type Page, type Paging, pageOf, readCursor } from './paging.js';
import { keptStanding, type PyramidPolicy, type Standing, stateOf } from './ranking.js';
import { type ReferencesOfCustomer, referencesOf } from './references.js';

export const relationshipDefinition =
  'Composite score = Σ weight × latest score ÷ Σ weight, from 1 to 10, over the value elements that are scored; the weights are ' +
  'those that the value policy in force names for the customer’s industry, else for every other group. It is the one that the ' +
  'pyramid by score ranks by. Elements that nobody scored are left out of it and named.';

/** A value element: how somebody of us judged it last, and what it weighs. */
export interface ValueElement {
  readonly element: string;
  /** Null for an element that the policy doesn't name for this group: it is in no composite score. */
  readonly weight: number | null;
  /** From 1 to 10; null as long as nobody scored it. */
  readonly score: number | null;
  readonly scoredOn: string | null;
  /** Sealed in the log. */
  readonly basis: unknown;
  /** One of us, as told. */
  readonly scoredBy: string | null;
  readonly eventId: string | null;
  readonly position: string | null;
}

export interface Relationship {
  readonly customerId: string;
  readonly name: string | null;
  readonly definition: string;
  /** Industry whose weights count; `*` is every group that the policy doesn't name. Null without weights in the policy. */
  readonly group: string | null;
  /** From 1 to 10 to six places; null as long as no element that has a weight is scored. */
  readonly score: number | null;
  /** Share of the weight that is scored; null without weights in the policy. */
  readonly weightKnown: number | null;
  readonly elements: readonly ValueElement[];
  /** Those that have a weight and no score. */
  readonly undefinedElements: readonly string[];
  readonly competitors: {
    /** Mean of the indices below that are known. */
    readonly index: number | null;
    readonly prices: readonly PriceComparison[];
  };
  readonly references: ReferencesOfCustomer;
}

interface ElementRow extends Omit<ValueElement, 'position'> {
  readonly group: string | null;
  readonly position: number | null;
}

async function elementsInForce(reading: Reading): Promise<string> {
  const [policy] = await reading.rows<Pick<PyramidPolicy, 'elements'>>(
    'SELECT elements FROM pyramid_thresholds($as_of, $known)',
  );
  return JSON.stringify(policy?.elements ?? []);
}

/** How we judge the relationship with one customer, what competitors offer it, and what it says of us to others. */
export const relationship: Question<{ readonly customerId: string }, Relationship> = async (
  reading,
  params,
  { log },
) => {
  const found = await findCustomer(reading, params.customerId);
  const { customer, customerId } = found;
  const elements = await elementsInForce(reading);
  const [rows, [composite], [named], [index], prices, references] = await Promise.all([
    reading.rows<ElementRow>(
      `WITH scored AS (FROM element_score($as_of, $known) WHERE customer = CAST($customer AS INTEGER)),
       weight AS (
         SELECT "group", element, CAST(weight AS DECIMAL(18, 0)) * 0.001 AS weight
         FROM element_weight(CAST($elements AS JSON))
         WHERE "group" = element_group(
           (SELECT industry FROM customer_profile($as_of, $known) WHERE customer = CAST($customer AS INTEGER)),
           CAST($elements AS JSON)
         )
       )
       SELECT "group", coalesce(weight.element, scored.element) AS element, weight, score, scored_on, basis, scored_by,
         event_id, scored.position
       FROM weight FULL JOIN scored ON scored.element = weight.element
       LEFT JOIN event ON event.position = scored.position
       ORDER BY weight DESC NULLS LAST, element`,
      { customer, elements },
    ),
    reading.rows<{ figure: number; weightKnown: number }>(
      `SELECT figure, weight_known FROM pyramid_score($as_of, $known, CAST($elements AS JSON))
       WHERE customer = CAST($customer AS INTEGER)`,
      { customer, elements },
    ),
    reading.rows<{ name: string | null }>(
      'SELECT name FROM customer_named($as_of, $known, [CAST($customer AS INTEGER)])',
      {
        customer,
      },
    ),
    reading.rows<{ index: number | null }>(
      `SELECT ${meanIndex} AS "index" FROM competitor_price_now($as_of, $known) WHERE customer = CAST($customer AS INTEGER)`,
      { customer },
    ),
    comparisonsOf(reading, customer),
    referencesOf(reading, found),
  ]);
  const weighed = rows.filter(({ weight }) => weight !== null);
  return {
    customerId,
    name: named?.name ?? null,
    definition: relationshipDefinition,
    group: weighed[0]?.group ?? null,
    score: composite?.figure ?? null,
    weightKnown: weighed.length === 0 ? null : (composite?.weightKnown ?? 0),
    elements: rows.map(
      ({ group: _, position, ...row }): ValueElement => ({
        ...row,
        position: position === null ? null : formatPosition(log.id, BigInt(position)),
      }),
    ),
    undefinedElements: weighed.filter(({ score }) => score === null).map(({ element }) => element),
    competitors: { index: index?.index ?? null, prices },
    references,
  };
};

const lowest = (column: string) => `coalesce(CAST(${column} AS DOUBLE), -1e300)`;

const sortColumns: Readonly<Record<string, string>> = {
  score: lowest('score'),
  weightKnown: lowest('weight_known'),
  priceIndex: lowest('price_index'),
  scoredOn: `coalesce(CAST(scored_on AS VARCHAR), '')`,
  name: `lower(strip_accents(coalesce(name, '')))`,
};

/** A column, with a minus sign for the other way round. */
export const relationshipSorts: readonly string[] = Object.keys(sortColumns).flatMap((name) => [name, `-${name}`]);

export interface RelationshipsParams extends Paging {
  readonly segment?: Standing;
  readonly accountManager?: string;
  readonly country?: string;
  /** One of relationshipSorts; `-score` when left out. */
  readonly sort?: string;
}

export interface CustomerRelationship {
  readonly customerId: string;
  readonly name: string | null;
  readonly country: string | null;
  readonly segment: Standing;
  readonly accountManager: string | null;
  /** See `Relationship`, as all that follow. */
  readonly group: string | null;
  readonly score: number | null;
  readonly weightKnown: number | null;
  readonly elements: readonly { readonly element: string; readonly score: number; readonly scoredOn: string }[];
  readonly undefinedElements: readonly string[];
  /** Of the latest score. */
  readonly scoredOn: string | null;
  /** Mean index of competitors' prices. */
  readonly priceIndex: number | null;
  /** Of the latest review. */
  readonly sentiment: ReferencesOfCustomer['reviews'][number]['sentiment'] | null;
  readonly showcase: boolean;
}

export interface Relationships extends Page<CustomerRelationship> {
  readonly definition: string;
  /** How many customers there are, those on other pages included, and how many of them have a composite score. */
  readonly customers: number;
  readonly scored: number;
  /** Plain mean of the composite scores, to six places; null without any. */
  readonly meanScore: number | null;
}

interface ListedRow extends CustomerRelationship {
  readonly place: string | number;
}

/** How we judge the relationship with every registered customer. */
export const relationships: Question<RelationshipsParams, Relationships> = async (reading, params) => {
  const limit = limitOf(params);
  const sort = params.sort ?? '-score';
  const descending = sort.startsWith('-');
  const column = sortColumns[descending ? sort.slice(1) : sort];
  if (!column) throw new BadQuestion('sort', `must be one of ${relationshipSorts.join(', ')}`);
  const place = readCursor(params, sort);
  const elements = await elementsInForce(reading);
  const standing = await keptStanding(reading);
  // Who is one customer is in the key of the standing.
  const key = `${standing}/${await stateOf(reading, 'score_state', reading.asOf)}`;
  const [scores, composite] = await Promise.all([
    reading.keep('element_score', key, 'FROM element_score($as_of, $known)'),
    reading.keep(
      'relationship_score',
      `${key}/${elements}`,
      'SELECT customer, figure AS score, weight_known FROM pyramid_score($as_of, $known, CAST($elements AS JSON))',
      { elements },
    ),
  ]);
  const given = {
    elements,
    segment: params.segment ?? null,
    manager: params.accountManager ?? null,
    country: params.country ?? null,
  };
  const listed = `listed AS MATERIALIZED (
    SELECT customer, customer_id, name, country, industry, segment, rep_id AS account_manager, score, weight_known, scored_on,
      price_index
    FROM customer_profile($as_of, $known)
    LEFT JOIN pyramid_from($as_of, $known, '${standing}') USING (customer)
    LEFT JOIN account_manager($as_of, $known) AS manager USING (customer)
    LEFT JOIN ${composite} AS composite USING (customer)
    LEFT JOIN (SELECT customer, max(scored_on) AS scored_on FROM ${scores} GROUP BY customer) AS latest USING (customer)
    LEFT JOIN (
      SELECT customer, ${meanIndex} AS price_index FROM competitor_price_now($as_of, $known) GROUP BY customer
    ) AS priced USING (customer)
    WHERE ($segment IS NULL OR coalesce(segment, 'inactive') = $segment) AND ($manager IS NULL OR rep_id = $manager)
      AND ($country IS NULL OR country = $country)
  )`;
  const [rows, [total]] = await Promise.all([
    reading.rows<ListedRow>(
      `WITH ${listed},
       weight AS MATERIALIZED (FROM element_weight(CAST($elements AS JSON))),
       page AS MATERIALIZED (
         SELECT *, ${column} AS place, element_group(industry, CAST($elements AS JSON)) AS "group"
         FROM listed
         ${place ? `WHERE place ${descending ? '<' : '>'} $place OR (place = $place AND customer_id > CAST($id AS UUID))` : ''}
         ORDER BY place ${descending ? 'DESC' : 'ASC'}, customer_id
         LIMIT CAST($limit AS BIGINT) + 1
       ),
       told AS (
         SELECT customer, list({'element': element, 'score': score, 'scored_on': scored_on} ORDER BY element) AS elements
         FROM ${scores} SEMI JOIN page USING (customer)
         GROUP BY customer
       ),
       untold AS (
         SELECT page.customer, list(weight.element ORDER BY weight.element) AS elements
         FROM page
         JOIN weight ON weight."group" = page."group"
         ANTI JOIN ${scores} AS known ON known.customer = page.customer AND known.element = weight.element
         GROUP BY page.customer
       )
       SELECT customer_id, name, country, coalesce(segment, 'inactive') AS segment, account_manager,
         if(weighs, page."group", NULL) AS "group", score, if(weighs, coalesce(weight_known, 0), NULL) AS weight_known,
         coalesce(told.elements, []) AS elements, coalesce(untold.elements, []) AS undefined_elements, scored_on,
         price_index, sentiment, coalesce(showcase, false) AS showcase, place
       FROM page
       LEFT JOIN (SELECT DISTINCT "group", true AS weighs FROM weight) AS named ON named."group" = page."group"
       LEFT JOIN told USING (customer)
       LEFT JOIN untold USING (customer)
       LEFT JOIN review_standing($as_of, $known) AS said USING (customer)
       LEFT JOIN (
         SELECT customer, granted AS showcase FROM reference_consent_now($as_of, $known) WHERE use = 'showcase'
       ) AS shown USING (customer)
       ORDER BY place ${descending ? 'DESC' : 'ASC'}, customer_id`,
      { ...given, limit, place: place?.[0], id: place?.[1] },
    ),
    reading.rows<Pick<Relationships, 'customers' | 'scored' | 'meanScore'>>(
      `WITH ${listed}
       SELECT count(*) AS customers, count(score) AS scored,
         CAST(rounded_quotient(sum(CAST(score * 1000000 AS HUGEINT)), count(score)) AS DECIMAL(18, 0)) * 0.000001 AS mean_score
       FROM listed`,
      given,
    ),
  ]);
  if (!total) throw new Error('An aggregate without groups gave no row.');
  return {
    definition: relationshipDefinition,
    ...total,
    ...pageOf(
      rows,
      limit,
      sort,
      (row) => [row.place, row.customerId],
      ({ place: _, ...row }): CustomerRelationship => row,
    ),
  };
};
