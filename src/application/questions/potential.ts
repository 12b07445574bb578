import { BadQuestion, type Question, type Unconverted } from '../ask.js';
import { localDay } from '../dates.js';
import type { Reading } from '../ports/read-side.js';
import { type FoundCustomer, findCustomer } from './customer.js';
import { afterEvent, limitOf, type Page, type Paging, pageOf, pageOfEvents, readCursor } from './paging.js';
import { keptStanding, type Standing } from './ranking.js';
import { byNumber, type CustomerFilter, type Named, namesOf, sortsOf, whichCustomers } from './which-customers.js';

/** Amounts in minor units of the reporting currency, over the categories of which both are known; null where none is. */
export interface PotentialFigures {
  /** Categories with an estimate. */
  readonly categories: number;
  /** Of those, categories that are in no figure: our revenue in them isn't known, or an amount has no exchange rate. */
  readonly untold: number;
  /** What is spent on them in a year, with anybody. */
  readonly spend: number | null;
  readonly ownRevenue: number | null;
  /** ownRevenue ÷ spend, a fraction with six places. */
  readonly shareOfWallet: number | null;
  /** spend − ownRevenue: negative where we sell more than was estimated. */
  readonly potential: number | null;
}

export const potentialDefinition =
  'Share of wallet = own revenue ÷ the customer’s annual spend in the category; potential = spend − own revenue. Of each ' +
  'category the latest estimate counts, converted by the rate of its day. Own revenue is net, over the twelve months up to ' +
  'and including the day of asOf, of the product group with the category’s name (whatever its case); where no such group ' +
  'was ever sold it is the share that was told with the estimate, and without that undefined. Below nothing where we ' +
  'sell more than was estimated: the estimate is due. ';

export interface CategoryPotential {
  readonly category: string;
  readonly estimatedOn: string;
  readonly basis: string | null;
  readonly competitors: readonly string[] | null;
  /** As it was estimated, in minor units of `currency`. */
  readonly annualSpend: number;
  readonly currency: string;
  /** Share and potential (reporting currency) that were told with the estimate. */
  readonly toldShare: number | null;
  readonly toldPotential: number | null;
  /** In the reporting currency; null without an exchange rate. */
  readonly spend: number | null;
  readonly ownRevenue: number | null;
  readonly ownRevenueFrom: 'orders' | 'estimate' | null;
  readonly shareOfWallet: number | null;
  readonly potential: number | null;
}

const columns = `category, estimated_on, basis, competitors, annual_spend, currency, our_share AS told_share,
  told_potential, spend, own AS own_revenue, own_from AS own_revenue_from, share AS share_of_wallet, potential`;
const figures = `count(*) AS categories, count(*) FILTER (WHERE potential IS NULL) AS untold,
  CAST(sum(spend) FILTER (WHERE potential IS NOT NULL) AS BIGINT) AS spend,
  CAST(sum(own) FILTER (WHERE potential IS NOT NULL) AS BIGINT) AS own_revenue,
  share(sum(own) FILTER (WHERE potential IS NOT NULL), sum(spend) FILTER (WHERE potential IS NOT NULL))
    AS share_of_wallet,
  CAST(sum(potential) AS BIGINT) AS potential`;

interface Rests {
  /** Kept table of the product groups that were ever sold. */
  readonly groups: string;
  /** What the potential of customers rests on besides. */
  readonly key: string;
}

async function restsOn(reading: Reading): Promise<Rests> {
  const [state] = await reading.rows<Record<string, string | number | null>>(
    `SELECT touch.position AS touch, touch.occurred_at AS touched_at, estimate.*
     FROM revenue_state($as_of, $known) AS touch, (
       SELECT max(position) AS position, max(superseded_position) FILTER (WHERE superseded_position <= $known) AS superseded,
         max(occurred_at) AS occurred_at
       FROM wallet
       WHERE position <= $known AND occurred_at <= $as_of
     ) AS estimate`,
  );
  const { touch, touchedAt, ...estimates } = state ?? {};
  const groups = await reading.keep(
    'sold_group',
    `${touch}/${touchedAt}`,
    `SELECT DISTINCT category_key(product_group) AS "key"
     FROM (
       SELECT DISTINCT product_group FROM order_line
       WHERE product_group IS NOT NULL AND counts(occurred_at, position, superseded_position, $as_of, $known)
     )`,
  );
  return { groups, key: [localDay(reading.asOf, reading.timeZone), groups, ...Object.values(estimates)].join('/') };
}

const ofOne = (groups: string) => `category_potential($as_of, $known, '${groups}', CAST($asked AS INTEGER[]))`;

interface WalletOfOne {
  readonly figures: PotentialFigures;
  readonly categories: readonly CategoryPotential[];
  readonly unconverted: readonly Unconverted[];
}

const noEstimate: WalletOfOne = {
  figures: { categories: 0, untold: 0, spend: null, ownRevenue: null, shareOfWallet: null, potential: null },
  categories: [],
  unconverted: [],
};

async function walletOfOne(reading: Reading, { customer, members }: FoundCustomer): Promise<WalletOfOne> {
  const [estimated] = await reading.rows<{ some: boolean }>(
    `SELECT EXISTS (
       FROM wallet
       WHERE customer IN (SELECT unnest(CAST($members AS INTEGER[])))
         AND counts(occurred_at, position, superseded_position, $as_of, $known)
     ) AS some`,
    { members },
  );
  // Of most customers there is none, and it costs nothing to say so.
  if (!estimated?.some) return noEstimate;
  const { groups } = await restsOn(reading);
  const [row] = await reading.rows<
    PotentialFigures & { listed: CategoryPotential[] | null; unconverted: Unconverted[] | null }
  >(
    `WITH counted AS MATERIALIZED (FROM ${ofOne(groups)})
     SELECT ${figures},
       (SELECT list(entry ORDER BY entry.potential DESC NULLS LAST, entry.category)
        FROM (SELECT ${columns} FROM counted) AS entry) AS listed,
       (SELECT list({'currency': currency, 'amount': amount} ORDER BY currency) FROM (
          SELECT currency, CAST(sum(annual_spend) AS BIGINT) AS amount FROM counted WHERE NOT converted GROUP BY currency
        )) AS unconverted
     FROM counted`,
    { asked: [customer] },
  );
  if (!row) throw new Error('An aggregate without groups gave no row.');
  const { listed, unconverted, ...of } = row;
  return { figures: of, categories: listed ?? [], unconverted: unconverted ?? [] };
}

/** The figures of one customer alone. */
export async function potentialFiguresOf(reading: Reading, found: FoundCustomer): Promise<PotentialFigures> {
  return (await walletOfOne(reading, found)).figures;
}

export interface PotentialOfOneParams extends Paging {
  readonly customerId: string;
  /** Lists the events behind the figures. */
  readonly explain?: boolean;
}

/** An event and what it adds to the figures; over all pages these add up to them. */
export interface PotentialEvent {
  readonly eventId: string;
  readonly position: string;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly actor: string;
  readonly type: string;
  readonly adds: { readonly spend: number; readonly ownRevenue: number; readonly potential: number };
}

export interface PotentialOfOne {
  readonly customerId: string;
  readonly currency: string;
  readonly definition: string;
  readonly potential: PotentialFigures;
  /** The most potential first, those without any figure last. */
  readonly categories: readonly CategoryPotential[];
  readonly events?: Page<PotentialEvent>;
}

/** What one customer spends in all as far as estimated, what of it is ours, and what there is to win. */
export const potentialOfOne: Question<PotentialOfOneParams, PotentialOfOne> = async (
  reading,
  params,
  { log, leaveOut },
) => {
  const found = await findCustomer(reading, params.customerId);
  const [wallet, unconverted, events] = await Promise.all([
    walletOfOne(reading, found),
    reading.rows<Unconverted>(
      `SELECT currency, CAST(sum(amount) AS BIGINT) AS amount
       FROM order_value($as_of, $known)
       WHERE NOT converted AND source IN (SELECT unnest(CAST($members AS INTEGER[]))) AND ${lastYear}
       GROUP BY currency ORDER BY currency`,
      { members: found.members },
    ),
    params.explain ? explain(reading, [found.customer], params, log.id) : undefined,
  ]);
  leaveOut(wallet.unconverted);
  leaveOut(unconverted);
  return {
    customerId: found.customerId,
    currency: reading.currency,
    definition: potentialDefinition,
    potential: wallet.figures,
    categories: wallet.categories,
    ...(events && { events }),
  };
};

const lastYear = `occurred_on > CAST(local_day($as_of) - INTERVAL 12 MONTH AS DATE) AND occurred_on <= local_day($as_of)`;

async function explain(
  reading: Reading,
  asked: readonly number[],
  paging: Paging,
  logId: string,
): Promise<Page<PotentialEvent>> {
  const limit = limitOf(paging);
  const after = afterEvent(paging);
  const { groups } = await restsOn(reading);
  const rows = await reading.rows<Omit<PotentialEvent, 'position'> & { position: number }>(
    `WITH
       counted AS MATERIALIZED (FROM ${ofOne(groups)} WHERE potential IS NOT NULL),
       entry AS (
         SELECT position, spend, if(own_from = 'estimate', own, 0) AS own FROM counted
         UNION ALL
         SELECT line.position, 0, net
         FROM category_line($as_of, $known, CAST($asked AS INTEGER[])) AS line
         SEMI JOIN (SELECT "key" FROM counted WHERE own_from = 'orders') AS sold ON sold."key" = line."key"
       ),
       page AS MATERIALIZED (
         SELECT position, CAST(sum(spend) AS BIGINT) AS spend, CAST(sum(own) AS BIGINT) AS own
         FROM entry
         WHERE position > CAST($after AS BIGINT)
         GROUP BY position
         ORDER BY position
         LIMIT CAST($limit AS BIGINT) + 1
       )
     SELECT event_id, event.position, occurred_at, recorded_at, actor, event.type,
       {'spend': spend, 'own_revenue': own, 'potential': spend - own} AS adds
     FROM page JOIN event ON event.position = page.position
     ORDER BY event.position`,
    { asked, after, limit },
  );
  return pageOfEvents(rows, limit, logId);
}

const sortColumns: Readonly<Record<string, string>> = { potential: byNumber('potential'), share: byNumber('share') };

/** A minus sign for the largest first; what has no figure comes after the smallest. */
export const potentialSorts = sortsOf(sortColumns);

export interface PotentialOfAllParams extends CustomerFilter, Paging {
  /** One of potentialSorts; `-potential` when left out. */
  readonly sort?: string;
}

export interface ListedPotential extends Named, CategoryPotential {
  readonly customerId: string;
  readonly segment: Standing;
}

export interface PotentialOfAll extends Page<ListedPotential> {
  readonly currency: string;
  readonly definition: string;
  readonly total: PotentialFigures & { readonly customers: number };
}

/** Share of wallet and potential of all customers with an estimate, by category. */
export const potentialOfAll: Question<PotentialOfAllParams, PotentialOfAll> = async (reading, params, { leaveOut }) => {
  const limit = limitOf(params);
  const sort = params.sort ?? '-potential';
  const descending = sort.startsWith('-');
  const column = sortColumns[descending ? sort.slice(1) : sort];
  if (!column) throw new BadQuestion('sort', `must be one of ${potentialSorts.join(', ')}`);
  const place = readCursor(params, sort);
  const { groups, key } = await restsOn(reading);
  const table = await reading.keep('potential', key, `FROM category_potential($as_of, $known, '${groups}', NULL)`);
  const selected = await whichCustomers(
    `(FROM ${table}) AS figures`,
    params,
    { segment: true },
    async () => `pyramid_from($as_of, $known, '${await keptStanding(reading)}')`,
  );
  const from = `FROM ${selected.from} WHERE ${selected.where}`;
  const further = descending ? '<' : '>';
  const [rows, [total], unconverted] = await Promise.all([
    reading.rows<CategoryPotential & { customer: number; customerId: string; segment: Standing } & Place>(
      `SELECT customer, customer_id, coalesce(segment, 'inactive') AS segment, ${columns}, "key" AS within,
         ${column} AS place
       ${from}
         ${
           place
             ? `AND (${column} ${further} $place
                  OR (${column} = $place AND (customer_id, "key") > (CAST($id AS UUID), CAST($within AS VARCHAR))))`
             : ''
         }
       ORDER BY place ${descending ? 'DESC' : 'ASC'}, customer_id, within
       LIMIT CAST($limit AS BIGINT) + 1`,
      { ...selected.params, limit, place: place?.[0], id: place?.[1], within: place?.[2] },
    ),
    reading.rows<PotentialOfAll['total']>(
      `SELECT count(DISTINCT customer) AS customers, ${figures} ${from}`,
      selected.params,
    ),
    reading.rows<Unconverted>(
      `SELECT currency, CAST(sum(amount) AS BIGINT) AS amount FROM (
         SELECT currency, annual_spend AS amount FROM ${table} WHERE NOT converted
         UNION ALL
         FROM unconverted_amounts($as_of, $known, CAST(local_day($as_of) - INTERVAL 12 MONTH + INTERVAL 1 DAY AS DATE),
           CAST(local_day($as_of) + 1 AS DATE))
       ) GROUP BY currency ORDER BY currency`,
    ),
  ]);
  if (!total) throw new Error('An aggregate without groups gave no row.');
  leaveOut(unconverted);
  const named = await namesOf(reading, rows);
  return {
    currency: reading.currency,
    definition: potentialDefinition,
    total,
    ...pageOf(
      rows,
      limit,
      sort,
      (row) => [row.place, row.customerId, row.within],
      ({ place: _, within: __, customer, ...row }): ListedPotential => ({ ...(named.get(customer) as Named), ...row }),
    ),
  };
};

/** Where a row stands in the list: of one customer by category. */
interface Place {
  readonly place: number;
  readonly within: string;
}
