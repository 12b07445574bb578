import { DateTime } from 'luxon';
import { WEEKS_A_YEAR, YEARS_OF_OWN_RETENTION } from '../../domain/lifetime/expectation.js';
import { LIFETIME_VALUE_CONVENTION, prospects } from '../../domain/lifetime/lifetime-value.js';
import { NPV_CONVENTION, npv } from '../../domain/lifetime/npv.js';
import type { Question, Services, Unconverted } from '../ask.js';
import type { Reading } from '../ports/read-side.js';
import { accountOfOne, contributionOfRow, keepContribution } from './contribution.js';
import type { FoundCustomer } from './customer.js';
import type { Page, Paging } from './paging.js';
import { keptStanding, type Standing } from './ranking.js';
import { periodDays } from './value.js';
import {
  type Buying,
  type ExpectationPolicy,
  expectationPolicy,
  isEndless,
  keptBuying,
  keptFits,
  keptProspects,
} from './value-model.js';
import {
  type CustomerFilter,
  type CustomerGrouping,
  customerGroupings,
  customerGroups,
  sortedBy,
  sortsOf,
  whichCustomers,
} from './which-customers.js';

export type RetentionBasis = 'own' | 'segment' | 'all' | 'lost';

/** What a customer is expected to bring from the day of asOf on. Amounts in minor units of the reporting currency. */
export interface ExpectedFigures {
  /** Contribution within the horizon at its present value; null where it can't be told, and `why` says why. */
  readonly value: number | null;
  readonly why: string | null;
  /** Contribution to date per year since the first order, a year at least. */
  readonly contributionAYear: number;
  /** Of the net revenue to date, what was contributed; null without revenue. */
  readonly contributionShare: number | null;
  /** Share of the net revenue whose cost is known; null without revenue. */
  readonly marginKnownShare: number | null;
  /** Probability of buying again in the next year: used for the net present value. */
  readonly retentionRate: number | null;
  /** Whose it is. `lost`: no order in the last twelve months, so that nothing more is expected. */
  readonly retentionBasis: RetentionBasis | null;
  /** Years of the customer, or customers of its segment or of all, that the rate was taken over. */
  readonly retentionOf: number | null;
  /** Within the horizon; null for a horizon without end, and without a model. */
  readonly expectedOrders: number | null;
  /** Null without a model. */
  readonly probabilityAlive: number | null;
  /** Expected net revenue of an order to come; null without a model. */
  readonly expectedAverageOrder: number | null;
}

/** How all the figures of an answer were found. */
export interface ExpectationTerms {
  readonly model: 'npv' | 'bg/nbd';
  /** Null for no end. */
  readonly horizonYears: number | null;
  /** A year, as a fraction. */
  readonly discountRate: number;
  readonly convention: string;
}

export const expectedDefinition =
  'Expected value (NPV): Σₜ m·rᵗ/(1+d)ᵗ over t = 1 … horizon in years (Farris); m is the contribution to date per year ' +
  `since the first order, r the customer’s own retention where it bought in ${YEARS_OF_OWN_RETENTION} earlier years or ` +
  'more, otherwise that of its segment in the last twelve months (customers in the segment at their beginning), otherwise ' +
  'that of all; 0 after twelve months without an order. With enough customers who order again: expected orders by BG/NBD ' +
  '(Fader, Hardie & Lee 2005) × expected net revenue per order by Gamma-Gamma (Fader & Hardie 2013) × the share of its net ' +
  'revenue that the customer has contributed. Orders count up to the beginning of the day.';

interface Basis {
  readonly policy: ExpectationPolicy;
  readonly terms: ExpectationTerms;
  readonly buying: Buying;
  /** Kept table of what the models expect; undefined for the net present value. */
  readonly prospects: string | undefined;
  /** What the models expect of who ordered for the first time today. */
  readonly newcomer: Readonly<Record<string, number | null>>;
  /** Everything that the figures depend on besides the contributions. */
  readonly key: string;
  readonly segments: string;
  readonly params: Readonly<Record<string, unknown>>;
}

interface Rate {
  readonly segment: string | null;
  readonly every: boolean;
  readonly kept: number;
  readonly base: number;
}

async function basisOf(reading: Reading, services: Services): Promise<Basis> {
  const policy = await expectationPolicy(reading);
  const buying = await keptBuying(reading);
  const { models } = await keptFits(reading, services.models, buying, policy);
  const fitted = isEndless(policy) ? undefined : models;
  const expected = fitted && (await keptProspects(reading, services.models, buying, fitted, policy));
  const segments = await keptStanding(reading);
  const rates = await ratesOf(reading, services, buying);
  const ofAll = rates.find(({ every }) => every);
  const ofSegments = rates.filter(({ every, segment }) => !every && segment !== null);
  const pairs = await reading.rows<{ kept: number; base: number }>(
    `SELECT DISTINCT kept_years AS kept, base_years AS base FROM ${buying.table}
     WHERE bought_lately AND base_years >= ${YEARS_OF_OWN_RETENTION}`,
  );
  const factors = [...pairs, ...rates, { kept: 0, base: 1 }]
    .filter(({ base }) => base > 0)
    .map(({ kept, base }) => ({ kept, base, factor: factorOf(kept / base, policy) }));
  const params = {
    segments: ofSegments.map(({ segment }) => segment as string),
    segmentKept: ofSegments.map(({ kept }) => kept),
    segmentBase: ofSegments.map(({ base }) => base),
    allKept: ofAll && ofAll.base > 0 ? ofAll.kept : null,
    allBase: ofAll && ofAll.base > 0 ? ofAll.base : null,
    factors: JSON.stringify(factors),
    today: buying.until,
  };
  const { horizonYears, discountRate } = policy;
  return {
    policy,
    terms: {
      model: fitted ? 'bg/nbd' : 'npv',
      horizonYears: Number.isFinite(horizonYears) ? horizonYears : null,
      discountRate,
      convention: fitted ? LIFETIME_VALUE_CONVENTION : NPV_CONVENTION,
    },
    buying,
    prospects: expected,
    newcomer: newcomerOf(fitted, policy),
    key: [expected, segments, JSON.stringify(params), horizonYears, discountRate].join('/'),
    segments,
    params,
  };
}

/** What a margin of 1 a year is worth now; null where it has no sum. */
function factorOf(retention: number, { discountRate, horizonYears }: ExpectationPolicy): number | null {
  if (horizonYears === Number.POSITIVE_INFINITY && 1 - retention + discountRate <= 0) return null;
  return npv({ margin: 1, retention, discountRate, horizon: horizonYears });
}

function newcomerOf(
  fitted: Parameters<typeof prospects>[0] | undefined,
  { discountRate, horizonYears }: ExpectationPolicy,
): Basis['newcomer'] {
  if (!fitted) return { newAlive: null, newOrders: null, newAverage: null, newRevenue: null };
  const found = prospects(
    fitted,
    { frequency: [0], recency: [0], T: [0], averageValue: [0] },
    { periods: horizonYears, periodLength: WEEKS_A_YEAR, discountRate },
  );
  const [newOrders = Number.NaN] = found.expectedPurchases;
  return {
    newAlive: found.probabilityAlive[0] ?? null,
    newOrders: Number.isNaN(newOrders) ? null : newOrders,
    newAverage: found.expectedAverageValue[0] ?? null,
    newRevenue: found.lifetimeValue[0] ?? null,
  };
}

/** Retention of the last twelve months by the segment that customers were in at their beginning, and of all. */
async function ratesOf(reading: Reading, { readSide }: Services, { table, until }: Buying): Promise<Rate[]> {
  const start = DateTime.fromISO(until, { zone: reading.timeZone }).plus({ days: 1 }).minus({ years: 1 });
  const then = await keptStanding(readSide.reading({ asOf: start.toMillis() - 1, known: reading.known }));
  return reading.rows<Rate>(
    `SELECT segment, grouping(segment) = 1 AS every, count(*) FILTER (WHERE bought_lately) AS kept, count(*) AS base
     FROM ${table} LEFT JOIN (SELECT customer, CAST(segment AS VARCHAR) AS segment FROM ${then}) USING (customer)
     WHERE bought_before
     GROUP BY GROUPING SETS ((segment), ())
     ORDER BY segment`,
  );
}

/** SQL: the figures of each customer of `account` (customer, orders, revenue, net_costed, contribution) that ordered. */
function expectedSql({ buying, prospects: expected, segments }: Basis, account: string): string {
  const modelled = expected !== undefined;
  return `
    WITH
      account AS (${account}),
      of_segment AS (
        SELECT unnest(CAST($segments AS VARCHAR[])) AS segment, unnest(CAST($segment_kept AS INTEGER[])) AS kept,
          unnest(CAST($segment_base AS INTEGER[])) AS base
      ),
      factor AS (
        SELECT DISTINCT f.kept AS kept, f.base AS base, f.factor AS factor
        FROM (SELECT unnest(from_json($factors, '[{"kept":"INTEGER","base":"INTEGER","factor":"DOUBLE"}]')) AS f)
      ),
      rated AS (
        SELECT account.*, bought.customer IS NULL AS newcomer,
          contribution / greatest(1.0, (CAST($today AS DATE) - first_on + 1) / 365.25) AS yearly,
          CASE
            WHEN NOT bought_lately THEN {'kept': 0, 'base': 1, 'basis': 'lost'}
            WHEN base_years >= ${YEARS_OF_OWN_RETENTION} THEN {'kept': kept_years, 'base': base_years, 'basis': 'own'}
            WHEN of_segment.base IS NOT NULL
              THEN {'kept': of_segment.kept, 'base': of_segment.base, 'basis': 'segment'}
            WHEN CAST($all_base AS INTEGER) IS NOT NULL
              THEN {'kept': CAST($all_kept AS INTEGER), 'base': CAST($all_base AS INTEGER), 'basis': 'all'}
          END AS rate
        FROM account
        LEFT JOIN ${buying.table} AS bought ON bought.customer = account.customer
        LEFT JOIN ${segments} AS placed ON placed.customer = account.customer
        LEFT JOIN of_segment ON of_segment.segment = CAST(placed.segment AS VARCHAR)
        WHERE orders > 0
      )
    SELECT rated.customer,
      CAST(round(CASE WHEN revenue <> 0 AND net_costed = 0 THEN NULL
        ELSE ${modelled ? 'coalesce(revenue_to_come, $new_revenue) * contribution / CASE WHEN revenue > 0 THEN revenue END' : 'yearly * factor'}
      END) AS BIGINT) AS "value",
      CASE
        WHEN revenue <> 0 AND net_costed = 0 THEN 'No cost of what was sold is known.'
        ${
          modelled
            ? "WHEN revenue <= 0 THEN 'There is no net revenue to take the contribution from.'"
            : `WHEN rate IS NULL THEN 'Nobody bought in the year before the last: there is no retention to go by.'
        WHEN factor IS NULL THEN 'Without an end and without a discount it has no sum.'`
        }
      END AS why,
      CAST(round(yearly) AS BIGINT) AS contribution_a_year,
      share(contribution, nullif(revenue, 0)) AS contribution_share,
      share(net_costed, nullif(revenue, 0)) AS margin_known_share,
      share(rate.kept, rate.base) AS retention_rate,
      rate.basis AS retention_basis,
      CASE WHEN rate.basis <> 'lost' THEN rate.base END AS retention_of,
      ${
        modelled
          ? `round(if(newcomer, $new_orders, expected_orders), 6) AS expected_orders,
      round(if(newcomer, $new_alive, probability_alive), 6) AS probability_alive,
      CAST(round(if(newcomer, $new_average, average_order)) AS BIGINT) AS expected_average_order`
          : `CAST(NULL AS DOUBLE) AS expected_orders, CAST(NULL AS DOUBLE) AS probability_alive,
      CAST(NULL AS BIGINT) AS expected_average_order`
      }
    FROM rated
    LEFT JOIN factor ON factor.kept = rate.kept AND factor.base = rate.base
    ${modelled ? `LEFT JOIN ${expected} AS prospect ON prospect.customer = rated.customer` : ''}`;
}

/** The parameters that the SQL of a basis names. */
function paramsOf({ params, prospects: expected, newcomer }: Basis): Record<string, unknown> {
  const { segmentKept, segmentBase, allKept, allBase, ...rest } = params;
  return {
    ...rest,
    segment_kept: segmentKept,
    segment_base: segmentBase,
    all_kept: allKept,
    all_base: allBase,
    ...(expected !== undefined && {
      new_orders: newcomer.newOrders,
      new_alive: newcomer.newAlive,
      new_average: newcomer.newAverage,
      new_revenue: newcomer.newRevenue,
    }),
  };
}

const accountSums = `CAST(sum(orders) AS BIGINT) AS orders, CAST(coalesce(sum(revenue), 0) AS BIGINT) AS revenue,
  CAST(coalesce(sum(net_costed), 0) AS BIGINT) AS net_costed,
  CAST(coalesce(sum(coalesce(net_costed, 0) - coalesce(cost, 0) - coalesce(activities, 0) - coalesce(direct, 0)), 0)
    AS BIGINT) AS contribution`;

const never: ExpectedFigures = {
  value: null,
  why: 'The customer has never ordered.',
  contributionAYear: 0,
  contributionShare: null,
  marginKnownShare: null,
  retentionRate: null,
  retentionBasis: null,
  retentionOf: null,
  expectedOrders: null,
  probabilityAlive: null,
  expectedAverageOrder: null,
};

export type Expected = ExpectationTerms & ExpectedFigures;

/** What one customer is expected to bring. */
export async function expectedOfOne(
  reading: Reading,
  { customer, members }: FoundCustomer,
  services: Services,
): Promise<Expected> {
  const basis = await basisOf(reading, services);
  const account = `SELECT CAST($customer AS INTEGER) AS customer, ${accountSums} FROM (${accountOfOne})`;
  const [row] = await reading.rows<ExpectedFigures & { customer: number }>(expectedSql(basis, account), {
    ...paramsOf(basis),
    ...periodDays({}),
    customer,
    members,
  });
  if (!row) return { ...basis.terms, ...never };
  const { customer: _, ...figures } = row;
  return { ...basis.terms, ...figures };
}

/** Kept table of the figures of all customers that ordered. */
async function keptExpected(reading: Reading, basis: Basis): Promise<string> {
  const { byCustomer, key } = await keepContribution(reading, periodDays({}));
  const account = `SELECT customer, orders, revenue, net_costed, ${contributionOfRow} AS contribution FROM ${byCustomer}`;
  return reading.keep(
    'expected_value',
    [basis.buying.table, key, basis.key].join('/'),
    expectedSql(basis, account),
    paramsOf(basis),
  );
}

const sortColumns: Readonly<Record<string, string>> = {
  value: 'coalesce(CAST("value" AS DOUBLE), -1e300)',
  expectedOrders: 'coalesce(expected_orders, -1e300)',
  probabilityAlive: 'coalesce(probability_alive, -1e300)',
};

export const expectedSorts = sortsOf(sortColumns);

export const expectedGroupings = customerGroupings;
export type ExpectedGrouping = CustomerGrouping;

export interface ExpectedOfAllParams extends CustomerFilter, Paging {
  /** One of expectedSorts; `-value` when left out. */
  readonly sort?: string;
}

export interface CustomerExpected extends ExpectedFigures {
  readonly customerId: string;
  readonly name: string | null;
  readonly country: string | null;
  readonly segment: Standing;
  readonly accountManager: string | null;
}

export interface ExpectedTotal {
  readonly customers: number;
  /** Of those, customers whose value can't be told: they are not in it. */
  readonly untold: number;
  readonly value: number;
  /** Null without a model. */
  readonly expectedOrders: number | null;
}

export interface ExpectedOfAll extends Page<CustomerExpected>, ExpectationTerms {
  readonly currency: string;
  readonly definition: string;
  readonly total: ExpectedTotal;
}

const totals = `count(*) AS customers, count(*) FILTER (WHERE "value" IS NULL) AS untold,
  CAST(coalesce(sum("value"), 0) AS BIGINT) AS "value", round(sum(expected_orders), 3) AS expected_orders`;

async function selection(reading: Reading, filter: CustomerFilter, services: Services) {
  const basis = await basisOf(reading, services);
  const [table, standing, unconverted] = await Promise.all([
    keptExpected(reading, basis),
    keptStanding(reading),
    reading.rows<Unconverted>('FROM cost_unconverted($as_of, $known, CAST($from AS DATE), CAST($to AS DATE))', {
      ...periodDays({}),
    }),
  ]);
  services.leaveOut(unconverted);
  const everything = { segment: true, manager: true, profile: true };
  return {
    terms: basis.terms,
    ...(await whichCustomers(`(SELECT * FROM ${table}) AS figures`, filter, everything, async () => standing)),
  };
}

/** What every customer that ordered is expected to bring. */
export const expectedOfAll: Question<ExpectedOfAllParams, ExpectedOfAll> = async (reading, params, services) => {
  const sorted = sortedBy(params, sortColumns, '-value');
  const selected = await selection(reading, params, services);
  const [rows, [total]] = await Promise.all([
    reading.rows<CustomerExpected & { place: number }>(
      `SELECT customer_id, name, country, coalesce(segment, 'inactive') AS segment, rep_id AS account_manager,
         figures.* EXCLUDE (customer), ${sorted.column} AS place
       FROM ${selected.from}
       WHERE ${selected.where} ${sorted.after}
       ${sorted.inOrder}`,
      { ...selected.params, ...sorted.params },
    ),
    reading.rows<ExpectedTotal>(`SELECT ${totals} FROM ${selected.from} WHERE ${selected.where}`, selected.params),
  ]);
  if (!total) throw new Error('An aggregate without groups gave no row.');
  return {
    currency: reading.currency,
    definition: expectedDefinition,
    ...selected.terms,
    total,
    ...sorted.page(rows, ({ place: _, ...row }): CustomerExpected => row),
  };
};

export interface ExpectedByGroup extends ExpectationTerms {
  readonly currency: string;
  readonly definition: string;
  /** Null for customers without one. */
  readonly groups: readonly (ExpectedTotal & { readonly group: string | null })[];
}

/** What customers are expected to bring together, per segment, account manager or country; most first. */
export const expectedByGroup: Question<CustomerFilter & { by: ExpectedGrouping }, ExpectedByGroup> = async (
  reading,
  params,
  services,
) => {
  const selected = await selection(reading, params, services);
  return {
    currency: reading.currency,
    definition: expectedDefinition,
    ...selected.terms,
    groups: await reading.rows<ExpectedTotal & { group: string | null }>(
      `SELECT ${customerGroups[params.by]} AS "group", ${totals}
       FROM ${selected.from} WHERE ${selected.where} GROUP BY 1 ORDER BY 4 DESC, 1 NULLS LAST`,
      selected.params,
    ),
  };
};
