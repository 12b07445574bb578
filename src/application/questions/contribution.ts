import { BadQuestion, type Question, type Services, type Unconverted } from '../ask.js';
import { localDay } from '../dates.js';
import { formatPosition } from '../ports/position.js';
import type { Reading } from '../ports/read-side.js';
import { type FoundCustomer, findCustomer } from './customer.js';
import { limitOf, type Page, type Paging, pageOf, readCursor } from './paging.js';
import { keptStanding, type Standing } from './ranking.js';
import { type Period, type PeriodDays, periodDays } from './value.js';

/**
 * A profit and loss account: net contribution = net revenue − cost of goods − Σ (activity rate × driver) − direct costs
 * (activity-based costing, Kaplan & Anderson). Amounts in minor units of the reporting currency.
 *
 * Gross margin covers what has a known cost, so that netRevenue − revenueWithoutCost − costOfGoods = grossMargin, and
 * grossMargin − activityCosts − directCosts = contribution. What each event adds is rounded to the minor unit: parts of
 * any kind add up exactly.
 */
export interface ContributionFigures {
  /** Ordered less returned. */
  readonly netRevenue: number;
  /** In the net revenue already. */
  readonly returns: number;
  readonly orders: number;
  /** List value less net, of the lines with a list price: in the net revenue already. */
  readonly discountGiven: number;
  /** Net revenue of the lines whose cost is not known: in no margin. */
  readonly revenueWithoutCost: number;
  /** Of the lines with a known cost. */
  readonly costOfGoods: number;
  readonly grossMargin: number;
  readonly activityCosts: number;
  readonly directCosts: number;
  readonly contribution: number;
  /** Share of the net revenue whose cost is known; null without revenue. */
  readonly marginKnownShare: number | null;
}

export const contributionDefinition =
  'Net contribution = net revenue − cost of goods − Σ (activity rate × driver) − direct costs (activity-based costing, ' +
  'Kaplan & Anderson). Gross margin and contribution cover the lines whose cost is known. Rates are those of the day on ' +
  'which something was done.';

/** What was done for customers, by activity. */
export interface ActivityFigures {
  readonly activity: string;
  /** In what the rate is per: hours, visits …; to three places. */
  readonly quantity: number;
  readonly cost: number;
  /** Of the quantity: done on days on which the activity had no rate, so that its cost is not known. */
  readonly quantityWithoutRate: number;
}

const figures =
  'contribution_figures(revenue, returns_net, orders, list_value, net_listed, cost, net_costed, activities, direct)';
const period = 'CAST($from AS DATE), CAST($to AS DATE)';
const within = 'occurred_on >= CAST($from AS DATE) AND occurred_on < CAST($to AS DATE)';
const ofMembers = 'source IN (SELECT unnest(CAST($members AS INTEGER[])))';

/** Kept tables: see the views of the same names. */
export interface KeptContribution {
  /** contribution_by_source. */
  readonly bySource: string;
  /** activity_total. */
  readonly activities: string;
}

/** Kept, because paging, sorting and comparing ask for the same again and again. */
export async function keepContribution(reading: Reading, days: PeriodDays): Promise<KeptContribution> {
  const [state] = await reading.rows<Record<string, string | number | null>>(
    `SELECT revenue.position AS revenue, revenue.occurred_at AS sold_at, cost.position AS cost, superseded,
       cost.occurred_at AS done_at
     FROM revenue_state($as_of, $known) AS revenue, cost_state($as_of, $known) AS cost`,
  );
  const { revenue, soldAt, cost, superseded, doneAt } = state ?? {};
  const today = localDay(reading.asOf, reading.timeZone);
  const key = [today, revenue, soldAt, cost, superseded, doneAt, days.from, days.to].join('/');
  const activities = await reading.keep('activity_total', key, `FROM activity_total($as_of, $known, ${period})`, {
    ...days,
  });
  const bySource = await reading.keep(
    'contribution',
    key,
    `FROM contribution_by_source($as_of, $known, ${period}, '${activities}')`,
    { ...days },
  );
  return { bySource, activities };
}

/** SQL: rows of contribution_by_source of the customers $members alone, which costs less than everybody's; to be added up. */
export const accountOfOne = `
  SELECT source, 0 AS revenue, 0 AS returns_net, 0 AS orders, 0 AS list_value, 0 AS net_listed, 0 AS cost,
    0 AS net_costed, cost AS activities, 0 AS direct
  FROM activity_cost($as_of, $known) WHERE ${ofMembers} AND ${within}
  UNION ALL
  SELECT source, 0, 0, 0, 0, 0, 0, 0, 0, cost
  FROM direct_cost_value($as_of, $known) WHERE ${ofMembers} AND ${within}
  UNION ALL
  SELECT source, net, if(kind = 'return', -net, 0), if(kind = 'order', 1, 0), list_value, net_listed, cost, net_costed,
    0, 0
  FROM order_value($as_of, $known) WHERE ${ofMembers} AND ${within}`;

export interface ContributionOfOneParams extends Period, Paging {
  readonly customerId: string;
  /** Lists the events behind the figures. */
  readonly explain?: boolean;
}

/** An event and what it adds; over all pages these add up to the figures. */
export interface ContributionEvent {
  readonly eventId: string;
  readonly position: string;
  readonly occurredAt: string;
  readonly recordedAt: string;
  readonly actor: string;
  readonly type: string;
  readonly adds: Omit<ContributionFigures, 'marginKnownShare'>;
  /** What it was an activity of; rate null where there was none that day, cost null without an exchange rate too. */
  readonly activities: readonly {
    readonly activity: string;
    readonly per: string | null;
    readonly quantity: number;
    /** Units of the currency. */
    readonly rate: number | null;
    readonly currency: string | null;
    readonly cost: number | null;
  }[];
}

export interface ContributionOfOne {
  /** The one that counts: another than was asked for when that one is part of it. */
  readonly customerId: string;
  readonly currency: string;
  readonly definition: string;
  readonly contribution: ContributionFigures;
  /** Most expensive first. */
  readonly activities: readonly ActivityFigures[];
  readonly events?: Page<ContributionEvent>;
}

/** The profit and loss account of one customer, over a period or in all. */
export const contributionOfOne: Question<ContributionOfOneParams, ContributionOfOne> = async (
  reading,
  params,
  services,
) => {
  const found = await findCustomer(reading, params.customerId);
  const days = periodDays(params);
  const asked = { members: found.members, ...days };
  const [[total], activities, unconverted, events] = await Promise.all([
    reading.rows<{ figures: ContributionFigures }>(`SELECT ${figures} AS figures FROM (${accountOfOne})`, asked),
    reading.rows<ActivityFigures>(
      `SELECT activity, rounded_quotient(sum(parts), 3) * 0.001 AS quantity,
         CAST(coalesce(sum(cost), 0) AS BIGINT) AS cost,
         coalesce(rounded_quotient(sum(parts) FILTER (WHERE rate IS NULL), 3), 0) * 0.001 AS quantity_without_rate
       FROM activity_cost($as_of, $known)
       WHERE ${ofMembers} AND ${within}
       GROUP BY activity
       ORDER BY cost DESC, activity`,
      asked,
    ),
    unconvertedOfOne(reading, asked),
    params.explain ? explain(reading, found, days, params, services) : undefined,
  ]);
  if (!total) throw new Error('An aggregate without groups gave no row.');
  services.leaveOut(unconverted);
  return {
    customerId: found.customerId,
    currency: reading.currency,
    definition: contributionDefinition,
    contribution: total.figures,
    activities,
    ...(events && { events }),
  };
};

/** What is in no figure of these customers for want of an exchange rate: revenue as it is, costs negative. */
export function unconvertedOfOne(
  reading: Reading,
  asked: PeriodDays & Pick<FoundCustomer, 'members'>,
): Promise<Unconverted[]> {
  return reading.rows<Unconverted>(
    `SELECT currency, CAST(sum(amount) AS BIGINT) AS amount FROM (
       SELECT currency, amount FROM order_value($as_of, $known) WHERE NOT converted AND ${ofMembers} AND ${within}
       UNION ALL
       SELECT currency, -amount FROM activity_cost($as_of, $known) WHERE NOT converted AND ${ofMembers} AND ${within}
       UNION ALL
       SELECT currency, -amount FROM direct_cost_value($as_of, $known)
       WHERE NOT converted AND ${ofMembers} AND ${within}
     ) GROUP BY currency ORDER BY currency`,
    { ...asked },
  );
}

async function explain(
  reading: Reading,
  { members }: FoundCustomer,
  days: PeriodDays,
  paging: Paging,
  { log }: Services,
): Promise<Page<ContributionEvent>> {
  const limit = limitOf(paging);
  const [after = 0] = readCursor(paging, 'position') ?? [];
  const narrowed = `WHERE ${ofMembers} AND ${within} AND position > CAST($after AS BIGINT)`;
  const rows = await reading.rows<Omit<ContributionEvent, 'position'> & { position: number }>(
    `WITH
       done AS MATERIALIZED (FROM activity_cost($as_of, $known) ${narrowed}),
       entry AS (
         SELECT position, net AS revenue, if(kind = 'return', -net, 0) AS returns_net,
           if(kind = 'order', 1, 0) AS orders, list_value, net_listed, cost, net_costed, 0 AS activities, 0 AS direct
         FROM order_value($as_of, $known) ${narrowed}
         UNION ALL
         SELECT position, 0, 0, 0, 0, 0, 0, 0, 0, cost FROM direct_cost_value($as_of, $known) ${narrowed}
         UNION ALL
         SELECT position, 0, 0, 0, 0, 0, 0, 0, cost, 0 FROM done
       ),
       page AS MATERIALIZED (
         SELECT position, ${figures} AS adds
         FROM entry
         GROUP BY position
         ORDER BY position
         LIMIT CAST($limit AS BIGINT) + 1
       )
     SELECT event_id, event.position, occurred_at, recorded_at, actor, event.type,
       {
         'net_revenue': struct_extract(adds, 'net_revenue'),
         'returns': struct_extract(adds, 'returns'),
         'orders': struct_extract(adds, 'orders'),
         'discount_given': struct_extract(adds, 'discount_given'),
         'revenue_without_cost': struct_extract(adds, 'revenue_without_cost'),
         'cost_of_goods': struct_extract(adds, 'cost_of_goods'),
         'gross_margin': struct_extract(adds, 'gross_margin'),
         'activity_costs': struct_extract(adds, 'activity_costs'),
         'direct_costs': struct_extract(adds, 'direct_costs'),
         'contribution': struct_extract(adds, 'contribution')
       } AS adds,
       coalesce(drivers, []) AS activities
     FROM page
     JOIN event ON event.position = page.position
     LEFT JOIN (
       SELECT position, list({
           'activity': activity, 'per': per, 'quantity': rounded_quotient(parts, 3) * 0.001, 'rate': rate,
           'currency': currency, 'cost': cost
         } ORDER BY activity) AS drivers
       FROM done
       GROUP BY position
     ) AS driven ON driven.position = page.position
     ORDER BY event.position`,
    { members, ...days, after, limit },
  );
  return pageOf(
    rows,
    limit,
    'position',
    (row) => [row.position],
    (row) => ({ ...row, position: formatPosition(log.id, BigInt(row.position)) }),
  );
}

type Sortable = keyof ContributionFigures;

/** A figure's column as a number to sort by; what has no figure comes after the smallest. */
const byNumber = (column: string) => `coalesce(CAST(${column} AS DOUBLE), -1e300)`;

const sortColumns: Readonly<Record<Sortable, string>> = {
  netRevenue: byNumber('revenue'),
  returns: byNumber('returns_net'),
  orders: byNumber('orders'),
  discountGiven: byNumber('list_value - net_listed'),
  revenueWithoutCost: byNumber('revenue - net_costed'),
  costOfGoods: byNumber('cost'),
  grossMargin: byNumber('net_costed - cost'),
  activityCosts: byNumber('activities'),
  directCosts: byNumber('direct'),
  contribution: byNumber('net_costed - cost - activities - direct'),
  marginKnownShare: byNumber('share(net_costed, revenue)'),
};

/** A figure's name, with a minus sign for the largest first. */
export const contributionSorts: readonly string[] = Object.keys(sortColumns).flatMap((name) => [name, `-${name}`]);

export const contributionGroupings = ['segment', 'accountManager', 'productGroup', 'country'] as const;
export type ContributionGrouping = (typeof contributionGroupings)[number];

export interface ContributionFilter extends Period {
  readonly segment?: Standing;
  readonly accountManager?: string;
  readonly country?: string;
}

export interface ContributionOfAllParams extends ContributionFilter, Paging {
  /** One of contributionSorts; `-contribution` when left out. */
  readonly sort?: string;
}

export interface CustomerContribution extends ContributionFigures {
  readonly customerId: string;
  readonly name: string | null;
  readonly country: string | null;
  readonly segment: Standing;
  readonly accountManager: string | null;
  /** Cost by activity, most expensive first. */
  readonly activities: readonly { readonly activity: string; readonly cost: number }[];
}

export interface ContributionOfAll extends Page<CustomerContribution> {
  readonly currency: string;
  readonly definition: string;
  /** How many customers there are, those on other pages included, and what they contribute together. */
  readonly customers: number;
  readonly total: ContributionFigures;
}

/** SQL: rows of contribution_by_source added up. */
export const accountSums = [
  'revenue',
  'returns_net',
  'orders',
  'list_value',
  'net_listed',
  'cost',
  'net_costed',
  'activities',
  'direct',
]
  .map((column) => `CAST(sum(${column}) AS BIGINT) AS ${column}`)
  .join(', ');

/** SQL: rows of a kept contribution_by_source under the customers that they count for, with what else is asked of them. */
export async function selectContribution(
  reading: Reading,
  bySource: string,
  filter: ContributionFilter,
  needed: { readonly segment?: boolean; readonly manager?: boolean; readonly country?: boolean } = {},
): Promise<{ readonly from: string; readonly where: string; readonly params: Record<string, unknown> }> {
  const { segment, accountManager, country } = filter;
  const placed =
    needed.segment || segment !== undefined
      ? [
          `LEFT JOIN (SELECT customer, segment FROM pyramid_from($as_of, $known, '${await keptStanding(reading)}'))
             AS placed USING (customer)`,
        ]
      : [];
  return {
    from: [
      `(SELECT coalesce(effective, source) AS customer, ${accountSums}
        FROM ${bySource} LEFT JOIN same_customer($as_of, $known) AS same ON same.customer = source
        GROUP BY ALL) AS account`,
      'JOIN customer_key USING (customer)',
      ...placed,
      ...(needed.manager || accountManager !== undefined
        ? ['LEFT JOIN account_manager($as_of, $known) AS manager USING (customer)']
        : []),
      ...(needed.country || country !== undefined
        ? ['LEFT JOIN (SELECT customer, country FROM customer_profile($as_of, $known)) AS profile USING (customer)']
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

/** What is in no figure of anybody's for want of an exchange rate: revenue as it is, costs negative. */
export async function unconvertedOfAll(reading: Reading, days: PeriodDays): Promise<Unconverted[]> {
  const [rates] = await reading.rows<{ some: boolean }>(
    'SELECT coalesce(bool_or(NOT converted), false) AS some FROM activity_rate_in_force($known)',
  );
  return reading.rows<Unconverted>(
    // Seldom, and then it costs as much as everything else.
    rates?.some
      ? `FROM cost_unconverted($as_of, $known, ${period})`
      : `SELECT currency, CAST(sum(amount) AS BIGINT) AS amount FROM (
           FROM unconverted_amounts($as_of, $known, ${period})
           UNION ALL
           SELECT currency, -amount FROM direct_cost_value($as_of, $known) WHERE NOT converted AND ${within}
         ) GROUP BY currency ORDER BY currency`,
    { ...days },
  );
}

/** The profit and loss accounts of all customers for whom anything was done, over a period or in all. */
export const contributionOfAll: Question<ContributionOfAllParams, ContributionOfAll> = async (
  reading,
  params,
  { leaveOut },
) => {
  const limit = limitOf(params);
  const sort = params.sort ?? '-contribution';
  const descending = sort.startsWith('-');
  const column = sortColumns[(descending ? sort.slice(1) : sort) as Sortable];
  if (!column) throw new BadQuestion('sort', `must be one of ${contributionSorts.join(', ')}`);
  const place = readCursor(params, sort);
  const days = periodDays(params);
  const kept = await keepContribution(reading, days);
  const selected = await selectContribution(reading, kept.bySource, params);
  const [rows, [total], unconverted] = await Promise.all([
    reading.rows<{ customer: number; customerId: string; figures: ContributionFigures; place: number }>(
      `SELECT customer, customer_id, ${figures} AS figures, ${column} AS place
       FROM ${selected.from}
       WHERE ${selected.where}
         ${place ? `AND (${column} ${descending ? '<' : '>'} $place OR (${column} = $place AND customer_id > CAST($id AS UUID)))` : ''}
       GROUP BY ALL
       ORDER BY place ${descending ? 'DESC' : 'ASC'}, customer_id
       LIMIT CAST($limit AS BIGINT) + 1`,
      { ...selected.params, limit, place: place?.[0], id: place?.[1] },
    ),
    reading.rows<{ customers: number; figures: ContributionFigures }>(
      `SELECT count(*) AS customers, ${figures} AS figures FROM ${selected.from} WHERE ${selected.where}`,
      selected.params,
    ),
    unconvertedOfAll(reading, days),
  ]);
  if (!total) throw new Error('An aggregate without groups gave no row.');
  leaveOut(unconverted);
  const labels = await labelled(
    reading,
    kept,
    rows.map(({ customer }) => customer),
  );
  return {
    currency: reading.currency,
    definition: contributionDefinition,
    customers: total.customers,
    total: total.figures,
    ...pageOf(
      rows,
      limit,
      sort,
      (row) => [row.place, row.customerId],
      ({ customer, customerId, figures: account }): CustomerContribution => ({
        customerId,
        ...(labels.get(customer) as Label),
        ...account,
      }),
    ),
  };
};

export type Label = Pick<CustomerContribution, 'name' | 'country' | 'segment' | 'accountManager' | 'activities'>;

/** What else is shown of the customers on a page. */
export async function labelled(
  reading: Reading,
  { activities }: KeptContribution,
  customers: readonly number[],
): Promise<Map<number, Label>> {
  const ranking = await keptStanding(reading);
  const rows = await reading.rows<Omit<Label, 'segment'> & { customer: number; segment: Standing | null }>(
    `WITH asked AS MATERIALIZED (SELECT unnest(CAST($customers AS INTEGER[])) AS customer)
     SELECT asked.customer, name, country, segment,
       rep_id AS account_manager, coalesce(activities, []) AS activities
     FROM asked
     LEFT JOIN customer_named($as_of, $known, CAST($customers AS INTEGER[])) USING (customer)
     LEFT JOIN account_manager($as_of, $known) USING (customer)
     LEFT JOIN (SELECT customer, segment FROM ${ranking}) AS ranked USING (customer)
     LEFT JOIN (
       SELECT customer, list({'activity': activity, 'cost': cost} ORDER BY cost DESC, activity) AS activities
       FROM (
         SELECT coalesce(effective, source) AS customer, activity, CAST(sum(cost) AS BIGINT) AS cost
         FROM ${activities} LEFT JOIN same_customer($as_of, $known) AS same ON same.customer = source
         WHERE coalesce(effective, source) IN (FROM asked)
         GROUP BY ALL
       )
       GROUP BY customer
     ) AS done USING (customer)`,
    { customers },
  );
  // Looked up only where it has to be: it goes through everybody's orders.
  const unplaced = rows.filter(({ segment }) => segment === null).map(({ customer }) => customer);
  const others =
    unplaced.length === 0
      ? []
      : await reading.rows<{ customer: number; standing: Standing }>(
          `SELECT customer, standing FROM customer_standing($as_of, $known)
           WHERE customer IN (SELECT unnest(CAST($unplaced AS INTEGER[])))`,
          { unplaced },
        );
  const standing = new Map(others.map((other) => [other.customer, other.standing]));
  return new Map(
    rows.map(({ customer, ...label }) => [
      customer,
      { ...label, segment: label.segment ?? standing.get(customer) ?? 'inactive' },
    ]),
  );
}

export interface ContributionOfGroup {
  /** Null for customers without one; of product groups also for what customers cost who bought nothing in the period. */
  readonly group: string | null;
  readonly customers: number;
  readonly contribution: ContributionFigures;
}

export interface ContributionByGroup {
  readonly currency: string;
  readonly definition: string;
  readonly by: ContributionGrouping;
  readonly groups: readonly ContributionOfGroup[];
}

const groups: Readonly<Record<Exclude<ContributionGrouping, 'productGroup'>, string>> = {
  segment: `coalesce(segment, 'inactive')`,
  accountManager: 'rep_id',
  country: 'country',
};

/** What customers contribute, together per segment, account manager, product group or country; the most first. */
export const contributionByGroup: Question<
  ContributionFilter & { by: ContributionGrouping },
  ContributionByGroup
> = async (reading, params, { leaveOut }) => {
  const { by } = params;
  const days = periodDays(params);
  const { bySource } = await keepContribution(reading, days);
  leaveOut(await unconvertedOfAll(reading, days));
  const selected = await selectContribution(reading, bySource, params, {
    segment: by === 'segment',
    manager: by === 'accountManager',
    country: by === 'country',
  });
  const byProduct = by === 'productGroup';
  const shared = {
    group: byProduct ? '"group"' : groups[by],
    from: byProduct
      ? `contribution_of_products($as_of, $known, ${period},
           ${`'${await keepSelected(reading, selected, bySource, params)}'`})`
      : selected.from,
    where: byProduct ? 'true' : selected.where,
  };
  return {
    currency: reading.currency,
    definition:
      contributionDefinition +
      (byProduct
        ? ' Activity and direct costs of a customer go to product groups by their share of its order lines; orders are ' +
          'counted in each group that they have a line of.'
        : ''),
    by,
    groups: await reading.rows<ContributionOfGroup>(
      `SELECT ${shared.group} AS "group", count(DISTINCT customer) AS customers, ${figures} AS contribution
       FROM ${shared.from}
       WHERE ${shared.where}
       GROUP BY 1
       ORDER BY sum(net_costed - cost - activities - direct) DESC, "group" NULLS LAST`,
      { ...(byProduct ? days : selected.params) },
    ),
  };
};

/** The selected accounts as a kept table. */
function keepSelected(
  reading: Reading,
  selected: { readonly from: string; readonly where: string; readonly params: Record<string, unknown> },
  bySource: string,
  { segment, accountManager, country }: ContributionFilter,
): Promise<string> {
  const narrowed = JSON.stringify([segment, accountManager, country]);
  return reading.keep(
    'contribution_selected',
    // Who they are depends on more than what they contribute when there is a filter.
    narrowed === '[null,null,null]' ? bySource : [bySource, narrowed, reading.asOf, reading.known].join('/'),
    `SELECT account.* FROM ${selected.from} WHERE ${selected.where}`,
    selected.params,
  );
}
