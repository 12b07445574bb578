import type { Question, Services, Unconverted } from '../ask.js';
import { localDay } from '../dates.js';
import type { Reading } from '../ports/read-side.js';
import { type FoundCustomer, findCustomer } from './customer.js';
import { afterEvent, limitOf, type Page, type Paging, pageOfEvents } from './paging.js';
import { keptStanding, type Standing } from './ranking.js';
import { type Period, type PeriodDays, periodDays } from './value.js';
import {
  byNumber,
  type CustomerFilter,
  customerGroupings,
  customerGroups,
  type Needed,
  neededBy,
  type SelectedCustomers,
  type Sorted,
  sortedBy,
  sortsOf,
  whichCustomers,
} from './which-customers.js';

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

/** Sums of contribution_by_source. */
export const accountColumns = [
  'revenue',
  'returns_net',
  'orders',
  'list_value',
  'net_listed',
  'cost',
  'net_costed',
  'activities',
  'direct',
] as const;

/** SQL: rows of contribution_by_source added up. */
export const accountSums = accountColumns.map((column) => `CAST(sum(${column}) AS BIGINT) AS ${column}`).join(', ');

/** SQL: rows of contribution_by_source as the figures of one account. */
export const accountFigures = `contribution_figures(${accountColumns.join(', ')})`;

/** SQL: what a row of contribution_by_source contributes. */
export const contributionOfRow = '(net_costed - cost - activities - direct)';

const period = 'CAST($from AS DATE), CAST($to AS DATE)';
const within = 'occurred_on >= CAST($from AS DATE) AND occurred_on < CAST($to AS DATE)';
const ofMembers = 'source IN (SELECT unnest(CAST($members AS INTEGER[])))';

export interface KeptContribution {
  readonly days: PeriodDays;
  /** Kept table: see the view contribution_by_source. */
  readonly bySource: string;
  /** SQL, in parentheses: the same under the customers that they count for now, as of the reading, a row each. */
  readonly byCustomer: string;
  /** Whether any two customers are known to be one. */
  readonly anySame: boolean;
  /** Everything that the figures depend on. */
  readonly key: string;
}

/** Kept, because paging, sorting and comparing ask for the same again and again. */
export async function keepContribution(reading: Reading, days: PeriodDays): Promise<KeptContribution> {
  const [state] = await reading.rows<Record<string, string | number | boolean | null>>(
    `SELECT revenue.position AS revenue, revenue.occurred_at AS sold_at, cost.position AS cost, superseded,
       cost.occurred_at AS done_at, EXISTS (FROM customer_identity WHERE position <= $known) AS any_same
     FROM revenue_state($as_of, $known) AS revenue, cost_state($as_of, $known) AS cost`,
  );
  const { revenue, soldAt, cost, superseded, doneAt, anySame } = state ?? {};
  const today = localDay(reading.asOf, reading.timeZone);
  const key = [today, revenue, soldAt, cost, superseded, doneAt, days.from, days.to].join('/');
  const bySource = await reading.keep('contribution', key, `FROM contribution_by_source($as_of, $known, ${period})`, {
    ...days,
  });
  return {
    days,
    bySource,
    byCustomer: accountsOf(bySource, anySame === true),
    anySame: anySame === true,
    key,
  };
}

/** SQL, in parentheses: a kept contribution_by_source under the customers that it counts for as of the reading that asks. */
export function accountsOf(bySource: string, anySame: boolean): string {
  // Nobody to be added up with anybody: the commonest case, and the quickest.
  return anySame
    ? `(SELECT coalesce(effective, source) AS customer, ${accountSums}
        FROM ${bySource} LEFT JOIN same_customer($as_of, $known) AS same ON same.customer = source
        GROUP BY ALL)`
    : `(SELECT source AS customer, ${accountColumns.join(', ')} FROM ${bySource})`;
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
    reading.rows<{ figures: ContributionFigures }>(`SELECT ${accountFigures} AS figures FROM (${accountOfOne})`, asked),
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
  const after = afterEvent(paging);
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
         SELECT position, ${accountFigures} AS adds
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
  return pageOfEvents(rows, limit, log.id);
}

type Sortable = keyof ContributionFigures;

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
  contribution: byNumber(contributionOfRow),
  marginKnownShare: byNumber('share(net_costed, revenue)'),
};

/** A figure's name, with a minus sign for the largest first. */
export const contributionSorts = sortsOf(sortColumns);

export const contributionGroupings = [...customerGroupings, 'productGroup'] as const;
export type ContributionGrouping = (typeof contributionGroupings)[number];

export interface ContributionFilter extends Period, CustomerFilter {}

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

/** The accounts of those customers that pass the filter, under the alias `account`. */
export function selectContribution(
  reading: Reading,
  kept: KeptContribution,
  filter: CustomerFilter,
  needed: Needed = {},
): Promise<SelectedCustomers> {
  return whichCustomers(
    `${kept.byCustomer} AS account`,
    filter,
    needed,
    async () => `pyramid_from($as_of, $known, '${await keptStanding(reading, kept)}')`,
  );
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
  const sorted = sortedBy(params, sortColumns, '-contribution');
  const days = periodDays(params);
  const kept = await keepContribution(reading, days);
  const selected = await selectContribution(reading, kept, params);
  const [rows, [total], unconverted] = await Promise.all([
    accountsInOrder(reading, selected, sorted),
    reading.rows<{ customers: number; figures: ContributionFigures }>(
      `SELECT count(*) AS customers, ${accountFigures} AS figures FROM ${selected.from} WHERE ${selected.where}`,
      selected.params,
    ),
    unconvertedOfAll(reading, days),
  ]);
  if (!total) throw new Error('An aggregate without groups gave no row.');
  leaveOut(unconverted);
  const labels = await labelled(reading, kept, rows);
  return {
    currency: reading.currency,
    definition: contributionDefinition,
    customers: total.customers,
    total: total.figures,
    ...sorted.page(
      rows,
      ({ customer, customerId, figures }): CustomerContribution => ({
        customerId,
        ...(labels.get(customer) as Label),
        ...figures,
      }),
    ),
  };
};

interface Account {
  readonly customer: number;
  readonly customerId: string;
  readonly figures: ContributionFigures;
  readonly place: number;
}

/** A page of accounts and one more. The figures are worked out for these alone. */
export function accountsInOrder(
  reading: Reading,
  { from, where, params }: SelectedCustomers,
  sorted: Sorted,
): Promise<Account[]> {
  return reading.rows<Account>(
    `SELECT customer, customer_id, place, ${accountFigures} AS figures
     FROM (
       SELECT customer, customer_id, account.* EXCLUDE (customer), ${sorted.column} AS place
       FROM ${from}
       WHERE ${where} ${sorted.after}
       ${sorted.inOrder}
     )
     GROUP BY customer, customer_id, place
     ${sorted.inOrder}`,
    { ...params, ...sorted.params },
  );
}

export type Label = Pick<CustomerContribution, 'name' | 'country' | 'segment' | 'accountManager' | 'activities'>;

/** What else is shown of the customers on a page. */
export async function labelled(
  reading: Reading,
  kept: KeptContribution,
  page: readonly Pick<Account, 'customer'>[],
): Promise<Map<number, Label>> {
  const customers = page.map(({ customer }) => customer);
  const ranking = await keptStanding(reading, kept);
  const rows = await reading.rows<Omit<Label, 'segment'> & { customer: number; segment: Standing | null }>(
    `WITH asked AS MATERIALIZED (SELECT unnest(CAST($customers AS INTEGER[])) AS customer)
     SELECT asked.customer, name, country, CAST(segment AS VARCHAR) AS segment,
       rep_id AS account_manager, coalesce(activities, []) AS activities
     FROM asked
     LEFT JOIN customer_named($as_of, $known, CAST($customers AS INTEGER[])) USING (customer)
     LEFT JOIN account_manager($as_of, $known) USING (customer)
     LEFT JOIN (SELECT customer, segment FROM ${ranking}) AS ranked USING (customer)
     LEFT JOIN (
       SELECT customer, list({'activity': activity, 'cost': cost} ORDER BY cost DESC, activity) AS activities
       FROM (
         SELECT coalesce(effective, source) AS customer, activity, CAST(sum(cost) AS BIGINT) AS cost
         FROM ${await activitiesOf(reading, kept, customers)}
         LEFT JOIN same_customer($as_of, $known) AS same ON same.customer = source
         WHERE coalesce(effective, source) IN (FROM asked)
         GROUP BY ALL
       )
       GROUP BY customer
     ) AS done USING (customer)`,
    { customers, ...kept.days },
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

/** What customers contribute, together per segment, account manager, product group or country; the most first. */
export const contributionByGroup: Question<
  ContributionFilter & { by: ContributionGrouping },
  ContributionByGroup
> = async (reading, params, { leaveOut }) => {
  const { by } = params;
  const days = periodDays(params);
  const kept = await keepContribution(reading, days);
  leaveOut(await unconvertedOfAll(reading, days));
  const selected = await selectContribution(reading, kept, params, neededBy(by));
  const byProduct = by === 'productGroup';
  const shared = {
    group: by === 'productGroup' ? '"group"' : customerGroups[by],
    from: byProduct
      ? `contribution_of_products($as_of, $known, ${period},
           ${`'${await keepSelected(reading, selected, kept, params)}'`})`
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
      `SELECT ${shared.group} AS "group", count(DISTINCT customer) AS customers, ${accountFigures} AS contribution
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
  { from, where, params }: SelectedCustomers,
  { key }: KeptContribution,
  { segment, accountManager, country }: CustomerFilter,
): Promise<string> {
  const narrowed = JSON.stringify([segment, accountManager, country]);
  return reading.keep(
    'contribution_selected',
    // Who they are depends on more than what they contribute when there is a filter.
    narrowed === '[null,null,null]' ? key : [key, narrowed, reading.asOf, reading.known].join('/'),
    `SELECT account.* FROM ${from} WHERE ${where}`,
    params,
  );
}

/** Kept table of what everybody's activities cost by activity: see the view activity_total. */
export function keptActivities(reading: Reading, { key, days }: KeptContribution): Promise<string> {
  return reading.keep('activity_total', key, `FROM activity_total($as_of, $known, ${period})`, { ...days });
}

/** Of more customers than this, everybody's activities are worked out and kept. */
const fewCustomers = 1_000;

/** SQL of rows of activity_total, of these customers at least. */
async function activitiesOf(reading: Reading, kept: KeptContribution, customers: readonly number[]): Promise<string> {
  if (customers.length === 0 || customers.length > fewCustomers) return keptActivities(reading, kept);
  const rows = await reading.rows<{ source: number }>(
    `SELECT customer AS source FROM same_customer($as_of, $known)
     WHERE effective IN (SELECT unnest(CAST($customers AS INTEGER[])))`,
    { customers },
  );
  // Named one by one they get as far as the facts: everybody else's are passed over.
  const sources = [...customers, ...rows.map(({ source }) => source)];
  return `(FROM activity_total($as_of, $known, ${period}) WHERE source IN (${sources.join(', ')}))`;
}
