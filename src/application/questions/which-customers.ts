import { BadQuestion } from '../ask.js';
import type { Reading } from '../ports/read-side.js';
import { limitOf, type Page, type Paging, pageOf, readCursor } from './paging.js';
import type { Standing } from './ranking.js';

/** Which customers a list is of; all when left out. */
export interface CustomerFilter {
  readonly segment?: Standing;
  readonly accountManager?: string;
  readonly country?: string;
}

/** What a list asks of its customers besides its filter. */
export interface Needed {
  readonly segment?: boolean;
  readonly manager?: boolean;
  /** Name and country. */
  readonly profile?: boolean;
}

export interface SelectedCustomers {
  /** SQL: FROM clause with customer_id, and segment, rep_id, name and country where something asks of them. */
  readonly from: string;
  /** SQL: condition. */
  readonly where: string;
  readonly params: Record<string, unknown>;
}

/**
 * Rows by customer with only those tables joined that something asks of.
 * @param figures SQL: a table with a column `customer`, and its alias
 * @param standing SQL of a table with customer and segment; who is not in it is inactive
 */
export async function whichCustomers(
  figures: string,
  { segment, accountManager, country }: CustomerFilter,
  needed: Needed,
  standing: () => Promise<string>,
): Promise<SelectedCustomers> {
  return {
    from: [
      `${figures} JOIN customer_key USING (customer)`,
      ...(needed.segment || segment !== undefined
        ? [
            `LEFT JOIN (SELECT customer, CAST(segment AS VARCHAR) AS segment FROM ${await standing()}) AS placed
              USING (customer)`,
          ]
        : []),
      ...(needed.manager || accountManager !== undefined
        ? ['LEFT JOIN account_manager($as_of, $known) AS manager USING (customer)']
        : []),
      ...(needed.profile || country !== undefined
        ? [
            'LEFT JOIN (SELECT customer, name, country FROM customer_profile($as_of, $known)) AS profile USING (customer)',
          ]
        : []),
    ].join(' '),
    where: [
      'true',
      ...(segment === undefined ? [] : [`coalesce(segment, 'inactive') = $segment`]),
      ...(accountManager === undefined ? [] : ['rep_id = $manager']),
      ...(country === undefined ? [] : ['country = $country']),
    ].join(' AND '),
    params: { segment, manager: accountManager, country },
  };
}

export const customerGroupings = ['segment', 'accountManager', 'country'] as const;
export type CustomerGrouping = (typeof customerGroupings)[number];

/** SQL: by what the rows of `whichCustomers` are grouped. */
export const customerGroups: Readonly<Record<CustomerGrouping, string>> = {
  segment: `coalesce(segment, 'inactive')`,
  accountManager: 'rep_id',
  country: 'country',
};

export const neededBy = (by: string): Needed => ({
  segment: by === 'segment',
  manager: by === 'accountManager',
  profile: by === 'country',
});

/** SQL: a figure's column as a number to sort by; what has no figure comes after the smallest. */
export const byNumber = (column: string) => `coalesce(CAST(${column} AS DOUBLE), -1e300)`;

/** Names of columns to sort by, each also with a minus sign for the largest first. */
export const sortsOf = (columns: Readonly<Record<string, string>>): readonly string[] =>
  Object.keys(columns).flatMap((name) => [name, `-${name}`]);

/** How a list of customers is sorted and where its page begins; ties by customer id. */
export interface Sorted {
  /** SQL: what it is sorted by. */
  readonly column: string;
  /** SQL: further conditions for the page, beginning with AND; nothing for the first one. */
  readonly after: string;
  /** SQL: of the rows of a page and one more, which have a column `place`. */
  readonly inOrder: string;
  /** The parameters that these name. */
  readonly params: { readonly limit: number; readonly place?: string | number; readonly id?: string | number };
  page<Row extends { readonly place: string | number; readonly customerId: string }, Item>(
    rows: readonly Row[],
    item: (row: Row) => Item,
  ): Page<Item>;
}

/**
 * @param columns SQL by the names that may be asked for
 * @param list of what the cursor is, where that is more than its order
 * @throws BadQuestion
 */
export function sortedBy(
  { sort, ...paging }: Paging & { readonly sort?: string },
  columns: Readonly<Record<string, string>>,
  usual: string,
  list = '',
): Sorted {
  const limit = limitOf(paging);
  const asked = sort ?? usual;
  const descending = asked.startsWith('-');
  const column = columns[descending ? asked.slice(1) : asked];
  if (!column) throw new BadQuestion('sort', `must be one of ${sortsOf(columns).join(', ')}`);
  const order = `${list}${asked}`;
  const place = readCursor(paging, order);
  const further = descending ? '<' : '>';
  return {
    column,
    after: place ? `AND (${column} ${further} $place OR (${column} = $place AND customer_id > CAST($id AS UUID)))` : '',
    inOrder: `ORDER BY place ${descending ? 'DESC' : 'ASC'}, customer_id LIMIT CAST($limit AS BIGINT) + 1`,
    params: { limit, place: place?.[0], id: place?.[1] },
    page: (rows, item) => pageOf(rows, limit, order, (row) => [row.place, row.customerId], item),
  };
}

export interface Named {
  readonly name: string | null;
  readonly country: string | null;
  readonly accountManager: string | null;
}

/** What customers on a page are called and whose they are. */
export async function namesOf(
  reading: Reading,
  page: readonly { readonly customer: number }[],
): Promise<Map<number, Named>> {
  const rows = await reading.rows<Named & { customer: number }>(
    `SELECT asked.customer, name, country, rep_id AS account_manager
     FROM (SELECT unnest(CAST($customers AS INTEGER[])) AS customer) AS asked
     LEFT JOIN customer_named($as_of, $known, CAST($customers AS INTEGER[])) USING (customer)
     LEFT JOIN account_manager($as_of, $known) USING (customer)`,
    { customers: page.map(({ customer }) => customer) },
  );
  return new Map(rows.map((row) => [row.customer, row]));
}
