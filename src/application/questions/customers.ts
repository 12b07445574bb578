import { BadQuestion, type Question } from '../ask.js';
import { limitOf, type Page, type Paging, pageOf, readCursor } from './paging.js';
import { keptStanding, type Standing } from './ranking.js';

const sortColumns = {
  name: `lower(strip_accents(coalesce(name, '')))`,
  revenue: 'CAST(revenue AS DOUBLE)',
  registeredAt: 'CAST(epoch_ms(registered_at) AS DOUBLE)',
} as const;

/** A name, with a minus sign for the other way round. */
export const customerSorts: readonly string[] = Object.keys(sortColumns).flatMap((name) => [name, `-${name}`]);

export interface CustomersParams extends Paging {
  /** Part of the name, whatever its case and accents. */
  readonly search?: string;
  /** `<source>:<key>`. */
  readonly externalId?: string;
  readonly segment?: Standing;
  readonly accountManager?: string;
  readonly country?: string;
  /** One of customerSorts; `name` when left out. */
  readonly sort?: string;
}

export interface ListedCustomer {
  readonly customerId: string;
  readonly name: string;
  readonly postcode: string | null;
  readonly country: string | null;
  readonly region: string | null;
  readonly industry: string | null;
  readonly lifecycle: 'suspect' | 'prospect' | 'customer' | null;
  readonly ended: boolean;
  readonly registeredAt: string;
  readonly segment: Standing;
  /** Net over the twelve months of the pyramid, minor units of the reporting currency. */
  readonly revenue: number;
  readonly accountManager: string | null;
}

export interface Customers extends Page<ListedCustomer> {
  readonly currency: string;
  /** How many there are, those on other pages included. */
  readonly total: number;
}

/** @throws BadQuestion */
function externalIdOf(text: string): { source: string; key: string } {
  const colon = text.indexOf(':');
  if (colon < 1 || colon === text.length - 1) throw new BadQuestion('externalId', 'must be <source>:<key>');
  return { source: text.slice(0, colon), key: text.slice(colon + 1) };
}

/** Registered customers; one that is part of another isn't listed, and is found by its outside key as that other one. */
export const customers: Question<CustomersParams, Customers> = async (reading, params) => {
  const limit = limitOf(params);
  const sort = params.sort ?? 'name';
  const descending = sort.startsWith('-');
  const column = sortColumns[(descending ? sort.slice(1) : sort) as keyof typeof sortColumns];
  if (!column) throw new BadQuestion('sort', `must be one of ${customerSorts.join(', ')}`);
  const place = readCursor(params, sort);
  const external = params.externalId === undefined ? undefined : externalIdOf(params.externalId);
  const pyramidJoin = `LEFT JOIN pyramid_from($as_of, $known, '${await keptStanding(reading)}') USING (customer)`;
  const managerJoin = 'LEFT JOIN account_manager($as_of, $known) USING (customer)';
  const rows = await reading.rows<ListedCustomer & { total: number; place: string | number }>(
    `WITH listed AS MATERIALIZED (
       SELECT customer, customer_id, ${column} AS place
       FROM customer_profile($as_of, $known)
       ${params.segment || column === sortColumns.revenue ? pyramidJoin : ''}
       ${params.accountManager ? managerJoin : ''}
       WHERE ($search IS NULL OR contains(strip_accents(lower(name)), strip_accents(lower($search))))
         AND ($country IS NULL OR country = $country)
         ${params.segment ? 'AND segment = $segment' : ''}
         ${params.accountManager ? 'AND rep_id = $manager' : ''}
         ${external ? 'AND customer IN (FROM customer_by_external_id($as_of, $known, $source, $key))' : ''}
     ),
     page AS MATERIALIZED (
       SELECT *
       FROM listed
       ${place ? `WHERE place ${descending ? '<' : '>'} $place OR (place = $place AND customer_id > CAST($id AS UUID))` : ''}
       ORDER BY place ${descending ? 'DESC' : 'ASC'}, customer_id
       LIMIT CAST($limit AS BIGINT) + 1
     )
     SELECT page.customer_id, name, postcode, country, region, industry, lifecycle, ended, registered_at,
       coalesce(segment, 'inactive') AS segment, coalesce(revenue, 0) AS revenue, rep_id AS account_manager, place,
       (SELECT count(*) FROM listed) AS total
     FROM page
     JOIN customer_profile($as_of, $known) USING (customer)
     ${pyramidJoin}
     ${managerJoin}
     ORDER BY place ${descending ? 'DESC' : 'ASC'}, page.customer_id`,
    {
      search: params.search ?? null,
      country: params.country ?? null,
      segment: params.segment,
      manager: params.accountManager,
      ...external,
      limit,
      place: place?.[0],
      id: place?.[1],
    },
  );
  return {
    currency: reading.currency,
    total: rows[0]?.total ?? 0,
    ...pageOf(
      rows,
      limit,
      sort,
      (row) => [row.place, row.customerId],
      ({ place: _, total: __, ...row }): ListedCustomer => row,
    ),
  };
};
