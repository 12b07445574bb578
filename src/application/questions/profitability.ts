import { BadQuestion, type Question } from '../ask.js';
import {
  accountFigures,
  accountsInOrder,
  type ContributionFigures,
  type CustomerContribution,
  contributionOfRow as contribution,
  contributionDefinition,
  keepContribution,
  keptActivities,
  type Label,
  labelled,
  selectContribution,
} from './contribution.js';
import type { Page, Paging } from './paging.js';
import type { Standing } from './ranking.js';
import { type Period, periodDays } from './value.js';
import { type CustomerFilter, sortedBy } from './which-customers.js';

export interface WhaleParams extends Period {
  /** Into how many parts of as many customers each; 10 when left out. */
  readonly parts?: number;
}

/** Amounts in minor units of the reporting currency. */
export interface WhalePoint {
  /** Best customers up to and including this part, of all. */
  readonly customers: number;
  readonly customerShare: number;
  /** What the part contributes, and all parts up to and including it. */
  readonly contribution: number;
  readonly cumulative: number;
  /** Of the total; null unless that is more than nothing. */
  readonly cumulativeShare: number | null;
}

export interface Whale {
  readonly currency: string;
  readonly definition: string;
  readonly customers: number;
  readonly total: number;
  /** The top of the curve: what the customers that bring more than they cost contribute together. */
  readonly peak: { readonly customers: number; readonly contribution: number };
  /** What takes away from it again. */
  readonly lossMakers: { readonly customers: number; readonly contribution: number };
  /** The last one ends at the total. */
  readonly points: readonly WhalePoint[];
}

/** The whale curve: customers by descending contribution (ties by customer id) against cumulative contribution. */
export const whale: Question<WhaleParams, Whale> = async (reading, params) => {
  const { parts = 10 } = params;
  if (!Number.isInteger(parts) || parts < 2 || parts > 100) {
    throw new BadQuestion('parts', 'must be a whole number from 2 to 100');
  }
  const kept = await keepContribution(reading, periodDays(params));
  const selected = await selectContribution(reading, kept, {});
  const rows = await reading.rows<{
    customers: number;
    contribution: number;
    gained: number;
    gainers: number;
    losers: number;
  }>(
    `WITH
       ranked AS (
         SELECT ${contribution} AS contribution, row_number() OVER (ORDER BY ${contribution} DESC, customer_id) AS rank,
           count(*) OVER () AS ranked
         FROM ${selected.from}
       ),
       placed AS (SELECT *, (rank * CAST($parts AS BIGINT) + ranked - 1) // ranked AS part FROM ranked)
     SELECT count(*) AS customers, CAST(sum(contribution) AS BIGINT) AS contribution,
       CAST(coalesce(sum(contribution) FILTER (WHERE contribution > 0), 0) AS BIGINT) AS gained,
       count(*) FILTER (WHERE contribution > 0) AS gainers, count(*) FILTER (WHERE contribution < 0) AS losers
     FROM placed
     GROUP BY part
     ORDER BY part`,
    { parts },
  );
  const sum = (of: (row: (typeof rows)[number]) => number) => rows.reduce((total, row) => total + of(row), 0);
  const customers = sum((row) => row.customers);
  const total = sum((row) => row.contribution);
  const gained = sum((row) => row.gained);
  let counted = 0;
  let cumulative = 0;
  return {
    currency: reading.currency,
    definition: `Whale curve: customers by descending contribution against cumulative contribution. ${contributionDefinition}`,
    customers,
    total,
    peak: { customers: sum((row) => row.gainers), contribution: gained },
    lossMakers: { customers: sum((row) => row.losers), contribution: total - gained },
    points: rows.map((row) => {
      counted += row.customers;
      cumulative += row.contribution;
      return {
        customers: counted,
        customerShare: sixPlaces(counted / customers),
        contribution: row.contribution,
        cumulative,
        cumulativeShare: total > 0 ? sixPlaces(cumulative / total) : null,
      };
    }),
  };
};

const sixPlaces = (share: number) => Math.round(share * 1_000_000) / 1_000_000;

export interface LossMakersParams extends Period, Paging, CustomerFilter {}

/** A part of a loss. Minor units of the reporting currency. */
export interface LossCause {
  /** `discount`, `returns`, `goods`, `direct`, or `activity: ` and its name. */
  readonly part: string;
  readonly amount: number;
  /** What it would have been at the average of the segment per net revenue. */
  readonly expected: number;
  readonly excess: number;
}

export interface LossMaker
  extends ContributionFigures,
    Omit<CustomerContribution, keyof ContributionFigures | 'activities'> {
  /** The largest excesses over the segment's average, at most three. */
  readonly causes: readonly LossCause[];
}

export interface LossMakers extends Page<LossMaker> {
  readonly currency: string;
  readonly definition: string;
  readonly customers: number;
  /** What they cost together: negative. */
  readonly total: number;
}

interface SegmentTotal {
  readonly segment: Standing;
  readonly figures: ContributionFigures;
  readonly activities: readonly { readonly activity: string; readonly cost: number }[] | null;
}

/** The customers that cost more than they bring, worst first, with what makes them so. */
export const lossMakers: Question<LossMakersParams, LossMakers> = async (reading, params) => {
  const sorted = sortedBy({ ...params, sort: 'loss' }, { loss: contribution }, 'loss');
  const kept = await keepContribution(reading, periodDays(params));
  const chosen = await selectContribution(reading, kept, params);
  const selected = { ...chosen, where: `${chosen.where} AND ${contribution} < 0` };
  const all = await selectContribution(reading, kept, {}, { segment: true });
  const activities = await keptActivities(reading, kept);
  const [rows, [total], averages] = await Promise.all([
    accountsInOrder(reading, selected, sorted),
    reading.rows<{ customers: number; total: number }>(
      `SELECT count(*) AS customers, CAST(coalesce(sum(${contribution}), 0) AS BIGINT) AS total
       FROM ${selected.from}
       WHERE ${selected.where}`,
      selected.params,
    ),
    reading.rows<SegmentTotal>(
      `WITH
         account AS MATERIALIZED (SELECT account.*, coalesce(segment, 'inactive') AS segment FROM ${all.from}),
         done AS (
           SELECT segment, activity, CAST(sum(spent.cost) AS BIGINT) AS cost
           FROM (
             SELECT coalesce(effective, source) AS customer, activity, cost
             FROM ${activities} LEFT JOIN same_customer($as_of, $known) AS same ON same.customer = source
           ) AS spent
           JOIN account USING (customer)
           GROUP BY ALL
         )
       SELECT account.segment, ${accountFigures} AS figures, any_value(listed) AS activities
       FROM account
       LEFT JOIN (
         SELECT segment, list({'activity': activity, 'cost': cost}) AS listed FROM done GROUP BY segment
       ) AS listing ON listing.segment = account.segment
       GROUP BY account.segment`,
    ),
  ]);
  if (!total) throw new Error('An aggregate without groups gave no row.');
  const labels = await labelled(reading, kept, rows);
  return {
    currency: reading.currency,
    definition:
      `Loss-makers: customers with a negative contribution. ${contributionDefinition} Causes: the parts that exceed most ` +
      'what they would be at the average of the customer’s segment per net revenue; discount and returns are in the ' +
      'net revenue already.',
    ...total,
    ...sorted.page(rows, ({ customer, customerId, figures }): LossMaker => {
      const { activities: done, ...label } = labels.get(customer) as Label;
      const average = averages.find(({ segment }) => segment === label.segment);
      return {
        customerId,
        ...label,
        ...figures,
        causes: causes(partsOf(figures, done), figures.netRevenue, average),
      };
    }),
  };
};

function partsOf(
  figures: ContributionFigures,
  activities: readonly { readonly activity: string; readonly cost: number }[],
): ReadonlyMap<string, number> {
  return new Map([
    ['discount', figures.discountGiven],
    ['returns', figures.returns],
    ['goods', figures.costOfGoods],
    ['direct', figures.directCosts],
    ...activities.map(({ activity, cost }): [string, number] => [`activity: ${activity}`, cost]),
  ]);
}

function causes(parts: ReadonlyMap<string, number>, revenue: number, average: SegmentTotal | undefined): LossCause[] {
  const averageParts = average && partsOf(average.figures, average.activities ?? []);
  const averageRevenue = average?.figures.netRevenue ?? 0;
  return [...parts]
    .map(([part, amount]): LossCause => {
      const share = averageRevenue > 0 ? (averageParts?.get(part) ?? 0) / averageRevenue : 0;
      const expected = Math.round(share * Math.max(0, revenue));
      return { part, amount, expected, excess: amount - expected };
    })
    .filter(({ excess }) => excess > 0)
    .sort((one, other) => other.excess - one.excess || (one.part < other.part ? -1 : 1))
    .slice(0, 3);
}
