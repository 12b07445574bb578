import type { Answer, Question, Unconverted } from '../ask.js';
import { type Contract, contracts } from '../questions/contracts.js';
import { type CustomerContribution, contributionDefinition, contributionOfAll } from '../questions/contribution.js';
import { type CustomerSegment, customerSegments } from '../questions/customer-segments.js';
import { customers, type ListedCustomer } from '../questions/customers.js';
import { type CustomerExpected, expectedDefinition, expectedOfAll } from '../questions/expected-value.js';
import { type MigrationCell, migration, migrationDefinition } from '../questions/migration.js';
import { largestLimit, type Page, type Paging } from '../questions/paging.js';
import { type PyramidMember, type PyramidSegment, pyramid, pyramidMembers } from '../questions/pyramid.js';
import { pyramidSeries } from '../questions/pyramid-series.js';
import { type RetentionFigures, retention } from '../questions/retention.js';
import { type CustomerValue, type Period, valueOfAll } from '../questions/value.js';
import {
  type Column,
  count,
  day,
  estimate,
  figure,
  flag,
  id,
  instant,
  money,
  moneyInItsCurrency,
  share,
  text,
} from './columns.js';

/** What the views of one export share. */
export interface Scope {
  /** Period of value and contribution; all of it when left out. */
  readonly period: Period;
  /** First day that the migration matrix compares with asOf. */
  readonly migrationFrom: string;
}

/** Asks one question as of the export's dates. */
export type Asking = <Params, Data>(question: Question<Params, Data>, params: Params) => Promise<Answer<Data>>;

/** Some of a table's rows, by the names of its fields. */
export interface Rows {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  readonly unconverted: readonly Unconverted[];
}

export interface ViewExport {
  readonly name: string;
  readonly about: string;
  /** By the names that the fields have in `rows`. */
  readonly columns: Readonly<Record<string, Column>>;
  rows(ask: Asking, scope: Scope): AsyncIterable<Rows>;
}

/** Every field of an answer's row is told, or said to stay out: a figure that is added does not compile until it is. */
type Told<Row> = { readonly [Field in keyof Required<Row>]: Column | 'left out' };

function columnsOf<Row>(told: Told<Row>): Readonly<Record<string, Column>> {
  return Object.fromEntries(
    Object.entries<Column | 'left out'>(told).filter((entry): entry is [string, Column] => entry[1] !== 'left out'),
  );
}

interface View<Params, Data, Row> {
  readonly name: string;
  readonly about: string;
  readonly columns: Told<Row>;
  readonly question: Question<Params, Data>;
  readonly params: (scope: Scope) => Omit<Params, keyof Paging>;
}

/** A view whose answer comes in pages. */
function paged<Params extends Paging, Row extends object>(view: View<Params, Page<Row>, Row>): ViewExport {
  const { name, about, columns, question, params } = view;
  return {
    name,
    about,
    columns: columnsOf(columns),
    async *rows(ask, scope) {
      let cursor: string | undefined;
      do {
        const paging: Paging = { limit: largestLimit, ...(cursor !== undefined && { cursor }) };
        const { data, unconverted = [] } = await ask(question, { ...params(scope), ...paging } as Params);
        yield { rows: data.items as readonly Readonly<Record<string, unknown>>[], unconverted };
        cursor = data.nextCursor;
      } while (cursor !== undefined);
    },
  };
}

/** A view whose answer is one table. */
function whole<Params, Data, Row extends object>(
  view: View<Params, Data, Row> & { readonly rows: (data: Data) => readonly Row[] },
): ViewExport {
  const { name, about, columns, question, params, rows } = view;
  return {
    name,
    about,
    columns: columnsOf(columns),
    async *rows(ask, scope) {
      const { data, unconverted = [] } = await ask(question, params(scope) as Params);
      yield { rows: rows(data) as readonly Readonly<Record<string, unknown>>[], unconverted };
    },
  };
}

const label = {
  customerId: id('Customer; one that is part of another is not listed.'),
  name: text('Name of the customer.'),
  country: text('Country.'),
  segment: text('Where the customer stands in the pyramid: A to D, inactive, prospect or suspect.'),
  accountManager: text('Id of the account manager.'),
};

interface RetentionRow extends RetentionFigures {
  readonly periodFrom: string;
  readonly periodTo: string;
  readonly baseFrom: string;
  readonly baseTo: string;
  readonly complete: boolean;
  readonly segment: string | null;
}

interface SeriesRow {
  readonly on: string;
  readonly segment: string;
  readonly customers: number;
  readonly revenue: number;
  readonly revenueShare: number;
  readonly lowestRevenue: number;
}

interface MigrationRow extends Pick<MigrationCell, 'customers' | 'revenueFrom' | 'revenueTo'> {
  readonly standingFrom: string;
  readonly standingTo: string;
}

/** The views of an export, each what the question of the same name answers. */
export const exportedViews: readonly ViewExport[] = [
  paged<Parameters<typeof customers>[1], ListedCustomer>({
    name: 'customers',
    about: 'The customers, by name.',
    question: customers,
    params: () => ({}),
    columns: {
      ...label,
      postcode: text('Postcode.'),
      region: text('Region.'),
      industry: text('Industry.'),
      lifecycle: text('suspect, prospect or customer.'),
      ended: flag('Whether the relationship has ended.'),
      registeredAt: instant('When it was registered.'),
      revenue: money('Net revenue of the twelve months up to and including the day.'),
    },
  }),
  paged<Parameters<typeof valueOfAll>[1], CustomerValue>({
    name: 'value',
    about: 'What customers have been worth in the period.',
    question: valueOfAll,
    params: ({ period }) => period,
    columns: {
      ...label,
      revenue: money('Ordered less returned.'),
      orderedNet: money('Net amount of the orders.'),
      returnsNet: money('Net amount of the returns, positive.'),
      orders: count('Orders.'),
      ordersWithValue: count('Orders that were worth more than nothing.'),
      returns: count('Returns.'),
      averageOrder: money('Ordered, per order with value.'),
      listValue: money('At list price, of the lines that have one.'),
      discountGiven: money('List value less net, of the same lines.'),
      cost: money('Cost of the lines whose cost is known.'),
      margin: money('Net less cost, of the same lines.'),
      marginKnownShare: share('Share of the revenue whose cost is known.'),
      firstOrder: instant('First order.'),
      lastOrder: instant('Last order.'),
      lastOrderWithValue: instant('Last order that was worth more than nothing.'),
    },
  }),
  paged<Parameters<typeof contributionOfAll>[1], CustomerContribution>({
    name: 'contribution',
    about: `The profit and loss accounts of customers in the period. ${contributionDefinition}`,
    question: contributionOfAll,
    params: ({ period }) => period,
    columns: {
      ...label,
      netRevenue: money('Ordered less returned.'),
      returns: money('Returned; in the net revenue already.'),
      orders: count('Orders.'),
      discountGiven: money('List value less net; in the net revenue already.'),
      revenueWithoutCost: money('Net revenue whose cost is not known: in no margin.'),
      costOfGoods: money('Of the lines whose cost is known.'),
      grossMargin: money('Net revenue less revenue without cost and cost of goods.'),
      activityCosts: money('What was done for the customer, at the rates of those days.'),
      directCosts: money('Costs attributed to the customer.'),
      contribution: money('Gross margin less activity costs and direct costs.'),
      marginKnownShare: share('Share of the net revenue whose cost is known.'),
      activities: 'left out',
    },
  }),
  paged<Parameters<typeof expectedOfAll>[1], CustomerExpected>({
    name: 'expected_value',
    about: `What customers that ordered will still bring. ${expectedDefinition}`,
    question: expectedOfAll,
    params: () => ({}),
    columns: {
      ...label,
      value: money('Present value of the contribution within the horizon; null where it can’t be told.'),
      why: text('Why it can’t be told.'),
      contributionAYear: money('Contribution to date per year since the first order.'),
      contributionShare: share('Of the net revenue to date, what was contributed.'),
      marginKnownShare: share('Share of the net revenue whose cost is known.'),
      retentionRate: share('Probability of buying again in the next year.'),
      retentionBasis: text('Whose rate that is: own, segment, all, or lost.'),
      retentionOf: count('Years or customers that the rate was taken over.'),
      expectedOrders: estimate('Orders within the horizon; null without a model.'),
      probabilityAlive: estimate('Null without a model.'),
      expectedAverageOrder: money('Net revenue of an order to come; null without a model.'),
    },
  }),
  whole<Record<string, never>, Awaited<ReturnType<typeof pyramid>>, PyramidSegment>({
    name: 'pyramid',
    about: 'The customer pyramid of the twelve months up to and including the day.',
    question: pyramid,
    params: () => ({}),
    rows: ({ segments }) => segments,
    columns: {
      segment: label.segment,
      customers: count('Customers in it.'),
      revenue: money('Their net revenue.'),
      revenueShare: share('Of all net revenue.'),
      customerShare: share('Of the customers with net revenue; null outside A to D.'),
      contribution: money('Net less cost, of what has a known cost.'),
      contributionShare: share('Of all contribution.'),
      contributionKnownShare: share('Share of the net revenue whose cost is known.'),
      lastRank: count('Rank of the last customer in it.'),
      lowestRevenue: money('What that one bought for.'),
      lowestFigure: figure('The least of what its customers are ranked by.'),
    },
  }),
  paged<Parameters<typeof pyramidMembers>[1], PyramidMember>({
    name: 'pyramid_customers',
    about: 'Where each customer stands in the pyramid, best first.',
    question: pyramidMembers,
    params: () => ({}),
    columns: {
      customerId: label.customerId,
      name: label.name,
      segment: label.segment,
      rank: count('1 is the best; null without net revenue.'),
      revenue: money('Net revenue of the twelve months.'),
      contribution: money('Net less cost, of what has a known cost.'),
      figure: figure('What it is ranked by.'),
      accountManager: label.accountManager,
    },
  }),
  whole<Parameters<typeof pyramidSeries>[1], Awaited<ReturnType<typeof pyramidSeries>>, SeriesRow>({
    name: 'pyramid_series',
    about: 'The pyramid at the end of each month, as now known; the last one is as of the export.',
    question: pyramidSeries,
    params: () => ({}),
    rows: ({ points }) => points.flatMap(({ on, segments }) => segments.map((segment) => ({ on, ...segment }))),
    columns: {
      on: day('Day at whose end it is the pyramid.'),
      segment: text('A to D.'),
      customers: count('Customers in it.'),
      revenue: money('Their net revenue of the twelve months.'),
      revenueShare: share('Of all net revenue.'),
      lowestRevenue: money('What the last customer in it bought for.'),
    },
  }),
  paged<Paging, CustomerSegment>({
    name: 'segments',
    about: 'The segment in force of each customer that has one: what contact schemes follow.',
    question: customerSegments,
    params: () => ({}),
    columns: {
      customerId: label.customerId,
      segment: text('A to D.'),
      since: day('Day from which it has had it without interruption.'),
      runId: id('The segmentation that put it there; null where the pyramid of the first of the month did.'),
      adjusted: flag('Whether somebody put it elsewhere than was proposed.'),
    },
  }),
  whole<Parameters<typeof retention>[1], Awaited<ReturnType<typeof retention>>, RetentionRow>({
    name: 'retention',
    about: 'Retention per year: of all customers, and by the segment in force at the beginning of the year.',
    question: retention,
    params: () => ({ period: 'year', by: 'segment' }),
    rows: ({ periods }) =>
      periods.flatMap(({ from, to, groups = [], ...period }) => {
        const { baseFrom, baseTo, complete, ...figures } = period;
        const common = { periodFrom: from, periodTo: to, baseFrom, baseTo, complete };
        return [
          { ...common, segment: 'all', ...figures },
          ...groups.map(({ group, ...ofGroup }) => ({ ...common, segment: group, ...ofGroup })),
        ];
      }),
    columns: {
      periodFrom: day('First day of the period.'),
      periodTo: day('Day after its last.'),
      baseFrom: day('First day of the period that it is compared with.'),
      baseTo: day('Day after its last.'),
      complete: flag('Whether the period was over.'),
      segment: text('all, or a segment in force on the first day of the period; null for customers without one.'),
      baseCustomers: count('Who bought in the base period.'),
      retainedCustomers: count('Of those, who bought again.'),
      customers: count('Who bought in the period.'),
      retentionRate: share('Retained of base customers.'),
      churn: share('1 less the retention rate.'),
      baseRevenue: money('Net revenue in the base period of the customers with any.'),
      revenue: money('Theirs in the period.'),
      grossRevenueRetention: share('Of the base revenue, what stayed.'),
      netRevenueRetention: share('Revenue of the period by base revenue.'),
      repeatPurchaseRate: share('Customers with two orders or more, of those with one.'),
    },
  }),
  whole<Parameters<typeof migration>[1], Awaited<ReturnType<typeof migration>>, MigrationRow>({
    name: 'migration',
    about: `From a year before the day to the day. ${migrationDefinition}`,
    question: migration,
    params: ({ migrationFrom }) => ({ from: migrationFrom }),
    rows: ({ cells }) => cells.map(({ from, to, ...cell }) => ({ standingFrom: from, standingTo: to, ...cell })),
    columns: {
      standingFrom: text('Where the customers stood a year before.'),
      standingTo: text('Where they stand.'),
      customers: count('How many.'),
      revenueFrom: money('Their net revenue of the twelve months then.'),
      revenueTo: money('Their net revenue of the twelve months now.'),
    },
  }),
  paged<Parameters<typeof contracts>[1], Contract>({
    name: 'contracts',
    about: 'Contracts in force, those that end first at the top.',
    question: contracts,
    params: () => ({}),
    columns: {
      contractId: id('Contract.'),
      customerId: label.customerId,
      name: label.name,
      service: text('What it is about.'),
      validFrom: day('First day.'),
      endsOn: day('First day on which it no longer holds; null for no end.'),
      endsInDays: count('Days until then.'),
      noticeDays: count('Days of notice.'),
      noticeBy: day('Last day on which notice can be given for that end.'),
      signedWith: id('Contact person.'),
      signedBy: text('Id of ours.'),
      value: moneyInItsCurrency('As signed.'),
      currency: text('ISO 4217.'),
      per: text('What `value` is per: month, quarter, year or term.'),
      yearly: money('Value a year; null without an exchange rate.'),
    },
  }),
];
