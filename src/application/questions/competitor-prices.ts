import type { Question } from '../ask.js';
import type { Reading } from '../ports/read-side.js';
import { limitOf, type Page, type Paging, pageOf, readCursor } from './paging.js';

/** Prices are per unit, in units of the currency. */
export interface PriceComparison {
  readonly competitor: string;
  readonly sku: string | null;
  /** Null together with sku: about everything. */
  readonly productGroup: string | null;
  readonly price: number | null;
  readonly ourPrice: number | null;
  /** noted: beside the competitor's; lastOrder: what the customer paid last. */
  readonly ourPriceFrom: 'noted' | 'lastOrder' | null;
  readonly currency: string | null;
  /** The competitor's price level in per cent of ours: below 100 it is cheaper. Null where ours is not known. */
  readonly index: number | null;
  readonly notedOn: string;
  readonly basis: string | null;
}

export const competitorDefinition =
  'The newest word per customer, competitor, article and product group. Index = the competitor’s price ÷ ours × 100, as noted ' +
  'or from both prices; ours is the one noted beside it, else what the customer paid last per unit. Averages are plain means ' +
  'of the indices that are known.';

const comparison = `competitor, sku, product_group, price, our_price, our_price_from, currency, index_pct AS "index", noted_on,
  basis`;

/** Of one customer, by competitor. */
export function comparisonsOf(reading: Reading, customer: number): Promise<readonly PriceComparison[]> {
  return reading.rows<PriceComparison>(
    `SELECT ${comparison} FROM competitor_price_now($as_of, $known)
     WHERE customer = CAST($customer AS INTEGER)
     ORDER BY competitor, sku NULLS FIRST, product_group NULLS FIRST`,
    { customer },
  );
}

/** Mean of the indices that are known, to three places; null where none is. */
export const meanIndex = 'CAST(round(avg(index_pct), 3) AS DECIMAL(15, 3))';

interface ComparisonFilter {
  readonly competitor?: string;
  readonly sku?: string;
  readonly productGroup?: string;
}

export interface CompetitorPricesParams extends ComparisonFilter, Paging {}

export interface CustomerComparison extends PriceComparison {
  readonly customerId: string;
  readonly name: string | null;
}

export interface CompetitorPrices extends Page<CustomerComparison> {
  readonly definition: string;
}

const where = `($competitor IS NULL OR competitor = $competitor) AND ($sku IS NULL OR sku = $sku)
  AND ($group IS NULL OR product_group = $group)`;
const filterOf = ({ competitor, sku, productGroup }: ComparisonFilter) => ({
  competitor: competitor ?? null,
  sku: sku ?? null,
  group: productGroup ?? null,
});

const order = '-notedOn';

/** What competitors charge against what we do, noted last first. */
export const competitorPrices: Question<CompetitorPricesParams, CompetitorPrices> = async (reading, params) => {
  const limit = limitOf(params);
  const place = readCursor(params, order);
  const rows = await reading.rows<CustomerComparison & { position: number }>(
    `WITH page AS MATERIALIZED (
       SELECT *
       FROM competitor_price_now($as_of, $known)
       WHERE ${where} ${place ? 'AND (noted_on, position) < (CAST($day AS DATE), CAST($position AS BIGINT))' : ''}
       ORDER BY noted_on DESC, position DESC
       LIMIT CAST($limit AS BIGINT) + 1
     )
     SELECT customer_id, name, ${comparison}, position
     FROM page
     JOIN customer_key USING (customer)
     LEFT JOIN (SELECT customer, name FROM customer_named($as_of, $known, (SELECT list(customer) FROM page))) USING (customer)
     ORDER BY noted_on DESC, position DESC`,
    { ...filterOf(params), limit, day: place?.[0], position: place?.[1] },
  );
  return {
    definition: competitorDefinition,
    ...pageOf(
      rows,
      limit,
      order,
      (row) => [row.notedOn, row.position],
      ({ position: _, ...row }): CustomerComparison => row,
    ),
  };
};

export const competitorGroupings = ['competitor', 'sku', 'productGroup'] as const;
export type CompetitorGrouping = (typeof competitorGroupings)[number];

export interface ComparisonGroup {
  /** Null for comparisons without one. */
  readonly group: string | null;
  readonly comparisons: number;
  readonly customers: number;
  /** Of those with an index. */
  readonly index: number | null;
  readonly cheapest: number | null;
  readonly dearest: number | null;
  readonly notedLast: string;
}

const columns: Readonly<Record<CompetitorGrouping, string>> = {
  competitor: 'competitor',
  sku: 'sku',
  productGroup: 'product_group',
};

/** The same per competitor, article or product group, by name. */
export const competitorPricesBy: Question<
  ComparisonFilter & { readonly by: CompetitorGrouping },
  { readonly definition: string; readonly groups: readonly ComparisonGroup[] }
> = async (reading, params) => ({
  definition: competitorDefinition,
  groups: await reading.rows<ComparisonGroup>(
    `SELECT ${columns[params.by]} AS "group", count(*) AS comparisons, count(DISTINCT customer) AS customers,
       ${meanIndex} AS "index", min(index_pct) AS cheapest, max(index_pct) AS dearest, max(noted_on) AS noted_last
     FROM competitor_price_now($as_of, $known)
     WHERE ${where}
     GROUP BY 1
     ORDER BY 1 NULLS LAST`,
    filterOf(params),
  ),
});
