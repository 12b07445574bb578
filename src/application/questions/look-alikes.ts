import type { Segment } from '../../domain/shapes.js';
import { BadQuestion, type Question } from '../ask.js';
import { localDay } from '../dates.js';
import type { Reading } from '../ports/read-side.js';
import { findCustomer } from './customer.js';
import { limitOf, type Page, type Paging, pageOf, readCursor } from './paging.js';
import { keptStanding, type Standing } from './ranking.js';
import { keptBaskets } from './suggestions.js';

/** By what customers are compared. */
export const likenessFeatures = [
  'industry',
  'country',
  'region',
  'productMix',
  'orderRhythm',
  'orderSize',
  'referred',
] as const;
export type LikenessFeature = (typeof likenessFeatures)[number];

export const likenessDefinition =
  'Likeness (after Gower 1971): the mean, over the features that are known of both, of how alike they are, from 0 to 1. ' +
  'Industry, country, region (first two characters of the postcode, with the country) and whether somebody brought them in: ' +
  'the share of the best ones that have the same. Product mix: what they have in common of the shares of product groups in ' +
  'net revenue. Order rhythm (orders) and order size (net per order) of the twelve months: one less the distance of their ' +
  'logarithms from the median of the best ones, over that from the 5th to the 95th percentile of all customers. Customers of ' +
  'whom fewer features are known than asked for, and those whose relationship ended, are left out.';

/** Fewer features than these would make strangers alike. */
const fewestFeatures = 3;

export const lookAlikesAmong = ['all', 'customers', 'prospects'] as const;
export type LookAlikesAmong = (typeof lookAlikesAmong)[number];

interface LookAlikeFilter extends Paging {
  /** Where to look: `prospects` are those that never ordered, `customers` all others; `all` when left out. */
  readonly among?: LookAlikesAmong;
  /** Features that have to be known of both; 3 when left out. */
  readonly minimumFeatures?: number;
}

export interface Reason {
  readonly feature: LikenessFeature;
  /** From 0 to 1 with six places. */
  readonly likeness: number;
  /** What it is with this customer; of the product mix the groups that they have in common, the largest first. */
  readonly value: string | number | boolean | readonly string[];
}

export interface LookAlike {
  readonly customerId: string;
  readonly name: string | null;
  readonly segment: Standing;
  readonly accountManager: string | null;
  /** From 0 to 1 with six places. */
  readonly likeness: number;
  /** The most alike first. */
  readonly reasons: readonly Reason[];
  /** Features that were left out: not known of the customer, or of none of the best ones. */
  readonly unknown: readonly LikenessFeature[];
}

/** What is typical of those that the others are compared with; null where it is known of none. */
export interface Typical {
  readonly customers: number;
  /** The most frequent one, and the share that has it. */
  readonly industry: Frequent | null;
  readonly country: Frequent | null;
  readonly region: Frequent | null;
  /** Median over the twelve months. */
  readonly orders: number | null;
  readonly averageOrder: number | null;
  readonly referredShare: number | null;
  /** Mean shares of product groups, the largest first. */
  readonly productMix: readonly { readonly productGroup: string; readonly share: number }[];
}

interface Frequent {
  readonly value: string;
  readonly share: number;
}

export interface LookAlikes extends Page<LookAlike> {
  readonly definition: string;
  readonly typical: Typical;
  /** Customers compared, those on other pages included. */
  readonly compared: number;
}

export interface LookAlikesOfParams extends LookAlikeFilter {
  /** The best ones: those in this segment; `A` when left out. */
  readonly of?: Segment;
}

/** Customers and prospects most like the best ones, with what makes them so. */
export const lookAlikes: Question<LookAlikesOfParams, LookAlikes & { readonly of: Segment }> = async (
  reading,
  params,
) => {
  const { of = 'A' } = params;
  const standing = await keptStanding(reading);
  const exemplars = await reading.keep(
    'exemplar',
    `${standing}/${of}`,
    `SELECT customer FROM ${standing} WHERE segment = $of`,
    { of },
  );
  return { of, ...(await alike(reading, params, exemplars, of)) };
};

export interface LookAlikesOfOneParams extends LookAlikeFilter {
  readonly customerId: string;
}

/** Customers and prospects most like one. */
export const lookAlikesOfOne: Question<LookAlikesOfOneParams, LookAlikes & { readonly customerId: string }> = async (
  reading,
  params,
) => {
  const { customer, customerId } = await findCustomer(reading, params.customerId);
  const exemplars = await reading.keep('exemplar', `one/${customer}`, 'SELECT CAST($customer AS INTEGER) AS customer', {
    customer,
  });
  return { customerId, ...(await alike(reading, params, exemplars, customerId)) };
};

interface AlikeRow {
  readonly customerId: string;
  readonly name: string | null;
  readonly segment: Standing;
  readonly accountManager: string | null;
  /** Millionths. */
  readonly likeness: number;
  readonly comparedBy: number;
  readonly likenesses: Readonly<Record<LikenessFeature, number | null>>;
  readonly values: Readonly<Record<LikenessFeature, Reason['value'] | null>>;
}

/** Kept table: see the view customer_feature. */
async function keptFeatures(reading: Reading): Promise<string> {
  const [state] = await reading.rows<Record<string, unknown>>(
    `SELECT revenue.position AS revenue, revenue.occurred_at AS sold_at, told.*
     FROM revenue_state($as_of, $known) AS revenue, (
       SELECT max(position) AS position, max(superseded_position) FILTER (WHERE superseded_position <= $known) AS superseded,
         max(occurred_at) AS occurred_at
       FROM (
         SELECT position, superseded_position, occurred_at FROM customer_details
         UNION ALL SELECT position, superseded_position, occurred_at FROM customer_end
         UNION ALL SELECT position, superseded_position, occurred_at FROM referral_converted
       )
       WHERE position <= $known AND occurred_at <= $as_of
     ) AS told`,
  );
  return reading.keep(
    'customer_feature',
    [localDay(reading.asOf, reading.timeZone), ...Object.values(state ?? {})].join('/'),
    'FROM customer_feature($as_of, $known)',
  );
}

async function alike(reading: Reading, params: LookAlikeFilter, exemplars: string, of: string): Promise<LookAlikes> {
  const { among = 'all', minimumFeatures = fewestFeatures } = params;
  if (!Number.isInteger(minimumFeatures) || minimumFeatures < 1 || minimumFeatures > likenessFeatures.length) {
    throw new BadQuestion('minimumFeatures', `must be a whole number from 1 to ${likenessFeatures.length}`);
  }
  const limit = limitOf(params);
  const order = `look-alikes/${of}/${among}/${minimumFeatures}`;
  const place = readCursor(params, order);
  const [features, baskets, standing] = await Promise.all([
    keptFeatures(reading),
    keptBaskets(reading, 'productGroup'),
    keptStanding(reading),
  ]);
  const placed = `SELECT customer, segment FROM pyramid_from($as_of, $known, '${standing}')`;
  const hopeful = `SELECT customer FROM (${placed}) WHERE segment IN ('prospect', 'suspect')`;
  const [rows, typical] = await Promise.all([
    reading.rows<AlikeRow & { compared: number }>(
      `WITH
         candidate AS MATERIALIZED (
           FROM look_alike('${features}', '${baskets}', '${exemplars}')
           WHERE compared_by >= CAST($minimum AS INTEGER)
             ${among === 'all' ? '' : `AND customer ${among === 'prospects' ? 'IN' : 'NOT IN'} (${hopeful})`}
         ),
         page AS MATERIALIZED (
           FROM candidate
           ${
             place
               ? `WHERE (likeness, compared_by) < (CAST($likeness AS BIGINT), CAST($by AS INTEGER))
                    OR (likeness = $likeness AND compared_by = $by AND customer_id > CAST($id AS UUID))`
               : ''
           }
           ORDER BY likeness DESC, compared_by DESC, customer_id
           LIMIT CAST($limit AS BIGINT) + 1
         ),
         in_common AS (
           SELECT bought.customer, list(bought.item ORDER BY revenue DESC, bought.item) AS items
           FROM ${baskets} AS bought
           SEMI JOIN page ON page.customer = bought.customer
           SEMI JOIN typical_mix('${baskets}', '${exemplars}') AS theirs ON theirs.item = bought.item
           GROUP BY bought.customer
         )
       SELECT page.customer_id, named.name, coalesce(placed.segment, 'inactive') AS segment, rep_id AS account_manager,
         likeness, compared_by, (SELECT count(*) FROM candidate) AS compared,
         {
           'industry': page.industry, 'country': page.country, 'region': page.region, 'product_mix': product_mix,
           'order_rhythm': order_rhythm, 'order_size': order_size, 'referred': page.referred
         } AS likenesses,
         {
           'industry': feature.industry, 'country': feature.country, 'region': feature.region,
           'product_mix': coalesce(items, []), 'order_rhythm': orders, 'order_size': average_order,
           'referred': feature.referred
         } AS values
       FROM page
       JOIN ${features} AS feature ON feature.customer = page.customer
       LEFT JOIN in_common ON in_common.customer = page.customer
       LEFT JOIN (${placed}) AS placed ON placed.customer = page.customer
       LEFT JOIN account_manager($as_of, $known) AS manager ON manager.customer = page.customer
       LEFT JOIN customer_named($as_of, $known, (SELECT list(customer) FROM page)) AS named
         ON named.customer = page.customer
       ORDER BY likeness DESC, compared_by DESC, page.customer_id`,
      { minimum: minimumFeatures, limit, likeness: place?.[0], by: place?.[1], id: place?.[2] },
    ),
    typicalOf(reading, features, baskets, exemplars),
  ]);
  return {
    definition: likenessDefinition,
    typical,
    compared: rows[0]?.compared ?? 0,
    ...pageOf(rows, limit, order, (row) => [row.likeness, row.comparedBy, row.customerId], lookAlike),
  };
}

const millionths = 1_000_000;

function lookAlike({ customerId, name, segment, accountManager, likeness, likenesses, values }: AlikeRow): LookAlike {
  const reasons = likenessFeatures
    .flatMap((feature): Reason[] => {
      const of = likenesses[feature];
      return of === null ? [] : [{ feature, likeness: of / millionths, value: values[feature] as Reason['value'] }];
    })
    .sort((one, other) => other.likeness - one.likeness);
  return {
    customerId,
    name,
    segment,
    accountManager,
    likeness: likeness / millionths,
    reasons,
    unknown: likenessFeatures.filter((feature) => likenesses[feature] === null),
  };
}

const frequent = (feature: string) => `(
  SELECT {'value': ${feature}, 'share': share(count(*), (SELECT count(${feature}) FROM exemplar))}
  FROM exemplar WHERE ${feature} IS NOT NULL GROUP BY ${feature} ORDER BY count(*) DESC, ${feature} LIMIT 1
) AS ${feature}`;

async function typicalOf(reading: Reading, features: string, baskets: string, exemplars: string): Promise<Typical> {
  const [row] = await reading.rows<Typical>(
    `WITH exemplar AS MATERIALIZED (FROM ${features} SEMI JOIN ${exemplars} AS asked USING (customer))
     SELECT count(*) AS customers, ${frequent('industry')}, ${frequent('country')}, ${frequent('region')},
       median(orders) AS orders, CAST(round(median(average_order)) AS BIGINT) AS average_order,
       share(count(*) FILTER (WHERE referred), count(*)) AS referred_share,
       coalesce((
         SELECT list({'product_group': item, 'share': part / ${millionths}} ORDER BY part DESC, item)
         FROM typical_mix('${baskets}', '${exemplars}')
       ), []) AS product_mix
     FROM exemplar`,
  );
  if (!row) throw new Error('An aggregate without groups gave no row.');
  return row;
}
