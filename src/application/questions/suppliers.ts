import { BadQuestion, type Question } from '../ask.js';
import { localDay } from '../dates.js';
import type { Reading } from '../ports/read-side.js';
import { limitOf, type Page, type Paging, pageOf, readCursor } from './paging.js';

export interface Supplier {
  readonly supplierId: string;
  readonly name: string;
  readonly country: string | null;
  readonly externalIds: readonly { readonly source: string; readonly key: string }[];
  /** Articles with a price in force. */
  readonly articles: number;
}

const byName = 'name';

/** Whom we buy from, by name. */
export const suppliers: Question<Paging, Page<Supplier>> = async (reading, params) => {
  const limit = limitOf(params);
  const place = readCursor(params, byName);
  const rows = await reading.rows<Supplier & { place: string }>(
    `SELECT supplier_id, name, country, external_ids, coalesce(articles, 0) AS articles,
       lower(strip_accents(name)) AS place
     FROM supplier
     LEFT JOIN (SELECT supplier_id, count(*) AS articles FROM supplier_price_now($as_of, $known) GROUP BY supplier_id)
       USING (supplier_id)
     WHERE counts(occurred_at, position, superseded_position, $as_of, $known)
       ${place ? 'AND (place > $place OR (place = $place AND supplier_id > CAST($id AS UUID)))' : ''}
     ORDER BY place, supplier_id
     LIMIT CAST($limit AS BIGINT) + 1`,
    { limit, place: place?.[0], id: place?.[1] },
  );
  return pageOf(
    rows,
    limit,
    byName,
    (row) => [row.place, row.supplierId],
    ({ place: _, ...row }): Supplier => row,
  );
};

/** Prices are per unit, in units of a currency. */
export interface SupplierPrice {
  readonly supplierId: string;
  readonly supplier: string | null;
  readonly sku: string;
  readonly price: number;
  readonly currency: string;
  readonly validFrom: string;
  /** First day on which it no longer holds: its own end, or the day from which the next price does. Null for no end. */
  readonly endsOn: string | null;
  readonly endsInDays: number | null;
  readonly nextPrice: number | null;
  readonly nextCurrency: string | null;
  /** Null when no other price is agreed for later. */
  readonly nextFrom: string | null;
  /** In the reporting currency; null without an exchange rate. */
  readonly cost: number | null;
  /** Net per unit over the twelve months up to the day, in the reporting currency; null when nothing was sold. */
  readonly soldFor: number | null;
  /** Less what came back. */
  readonly soldQuantity: number | null;
  /** 1 − cost ÷ soldFor; null where either is not known. */
  readonly margin: number | null;
}

export interface SupplierPricesParams extends Paging {
  /** Supplier id. */
  readonly supplier?: string;
  readonly sku?: string;
  /** Only those that end within so many days. */
  readonly endingWithin?: number;
  /** One of supplierPriceSorts; `sku` when left out. */
  readonly sort?: string;
}

export interface SupplierPrices extends Page<SupplierPrice> {
  readonly currency: string;
  readonly definition: string;
  /** The local day on which they hold. */
  readonly on: string;
}

export const supplierPriceDefinition =
  'Per supplier and article the price that began last, until its end. Margin = 1 − price ÷ net per unit of what was sold of ' +
  'the article in the twelve months up to the day (less returns, without cancelled orders), both in the company’s currency.';

const sortColumns: Readonly<Record<string, string>> = {
  sku: 'sku',
  endsOn: `CAST(coalesce(ends_on, DATE '9999-12-31') AS VARCHAR)`,
  margin: 'coalesce(CAST(margin AS DOUBLE), -1e300)',
  cost: 'coalesce(CAST(cost AS DOUBLE), -1e300)',
};

/** A column, with a minus sign for the other way round. */
export const supplierPriceSorts: readonly string[] = Object.keys(sortColumns).flatMap((name) => [name, `-${name}`]);

/** Kept, because paging and sorting ask for the same again and again. */
async function keptSold(reading: Reading): Promise<string> {
  const [state] = await reading.rows<{ position: number; occurredAt: string | null }>(
    'FROM revenue_state($as_of, $known)',
  );
  return reading.keep(
    'article_sold',
    [localDay(reading.asOf, reading.timeZone), state?.position, state?.occurredAt].join('/'),
    `FROM article_sold($as_of, $known,
      CAST(local_day($as_of) - INTERVAL 12 MONTH + INTERVAL 1 DAY AS DATE), CAST(local_day($as_of) + 1 AS DATE))`,
  );
}

/** What articles cost us at suppliers, and what is left of what we sell them for. */
export const supplierPrices: Question<SupplierPricesParams, SupplierPrices> = async (reading, params) => {
  const limit = limitOf(params);
  const sort = params.sort ?? 'sku';
  const descending = sort.startsWith('-');
  const column = sortColumns[descending ? sort.slice(1) : sort];
  if (!column) throw new BadQuestion('sort', `must be one of ${supplierPriceSorts.join(', ')}`);
  const place = readCursor(params, sort);
  const after = descending ? '<' : '>';
  const { supplier, sku, endingWithin } = params;
  const sold = await keptSold(reading);
  const rows = await reading.rows<SupplierPrice & { place: string | number }>(
    `WITH priced AS (
       SELECT now.* EXCLUDE (position), CAST(ends_on - local_day($as_of) AS INTEGER) AS ends_in_days, sold_for,
         sold.quantity AS sold_quantity,
         CASE WHEN sold_for > 0 THEN 1 - share(
           CAST(CAST(cost AS DECIMAL(19, 6)) * 1000000 AS HUGEINT), CAST(CAST(sold_for AS DECIMAL(19, 6)) * 1000000 AS HUGEINT)
         ) END AS margin
       FROM supplier_price_now($as_of, $known) AS now
       LEFT JOIN (
         SELECT sku, quantity, CASE WHEN quantity > 0 THEN TRY(CAST(rounded_quotient(
           CAST(net AS HUGEINT) * 1000000000,
           CAST(quantity * 1000 AS HUGEINT) * CAST(minor_units(reporting_currency()) AS HUGEINT)
         ) AS DECIMAL(18, 0)) * 0.000001) END AS sold_for
         FROM ${sold}
       ) AS sold USING (sku)
     ),
     page AS MATERIALIZED (
       SELECT *, ${column} AS place
       FROM priced
       WHERE (CAST($supplier AS UUID) IS NULL OR supplier_id = CAST($supplier AS UUID))
         AND ($sku IS NULL OR sku = $sku)
         AND (CAST($within AS INTEGER) IS NULL OR ends_in_days <= CAST($within AS INTEGER))
         ${place ? `AND (place ${after} $place OR (place = $place AND (sku, supplier_id) > ($after_sku, CAST($id AS UUID))))` : ''}
       ORDER BY place ${descending ? 'DESC' : 'ASC'}, sku, supplier_id
       LIMIT CAST($limit AS BIGINT) + 1
     )
     SELECT page.*, label.name AS supplier
     FROM page
     LEFT JOIN (
       SELECT supplier_id, arg_max(name, position) AS name FROM supplier
       WHERE counts(occurred_at, position, superseded_position, $as_of, $known) GROUP BY supplier_id
     ) AS label USING (supplier_id)
     ORDER BY place ${descending ? 'DESC' : 'ASC'}, sku, supplier_id`,
    {
      supplier: supplier ?? null,
      sku: sku ?? null,
      within: endingWithin ?? null,
      limit,
      place: place?.[0],
      after_sku: place?.[1],
      id: place?.[2],
    },
  );
  return {
    currency: reading.currency,
    definition: supplierPriceDefinition,
    on: localDay(reading.asOf, reading.timeZone),
    ...pageOf(
      rows,
      limit,
      sort,
      (row) => [row.place, row.sku, row.supplierId],
      ({ place: _, ...row }): SupplierPrice => row,
    ),
  };
};
