import { DateTime } from 'luxon';
import type { BgNbdParameters } from '../../domain/lifetime/bg-nbd.js';
import type { BgNbdFit } from '../../domain/lifetime/bg-nbd-fit.js';
import { DAYS_A_WEEK, EXPECTATION_DEFAULTS, WEEKS_A_YEAR } from '../../domain/lifetime/expectation.js';
import type { GammaGammaParameters } from '../../domain/lifetime/gamma-gamma.js';
import type { GammaGammaFit } from '../../domain/lifetime/gamma-gamma-fit.js';
import type { Question } from '../ask.js';
import { localDay } from '../dates.js';
import type { Reading } from '../ports/read-side.js';
import type { ValueModels } from '../ports/value-models.js';

/** What the value policy in force says of expected value. */
export interface ExpectationPolicy {
  /** A year, as a fraction. */
  readonly discountRate: number;
  /** Infinity for no end. */
  readonly horizonYears: number;
  readonly minimumRepeaters: number;
}

export async function expectationPolicy(reading: Reading): Promise<ExpectationPolicy> {
  const [row] = await reading.rows<Record<keyof ExpectationPolicy, number | null>>(
    'SELECT discount_rate, horizon_years, minimum_repeaters FROM pyramid_thresholds($as_of, $known)',
  );
  const horizonYears = row?.horizonYears ?? EXPECTATION_DEFAULTS.horizonYears;
  return {
    discountRate: row?.discountRate ?? EXPECTATION_DEFAULTS.discountRate,
    horizonYears: horizonYears === 0 ? Number.POSITIVE_INFINITY : horizonYears,
    minimumRepeaters: row?.minimumRepeaters ?? EXPECTATION_DEFAULTS.minimumRepeaters,
  };
}

/** How customers have bought up to the beginning of the day of asOf. */
export interface Buying {
  /** Kept table: see the view of the same name. */
  readonly table: string;
  /** Last day that counts. */
  readonly until: string;
}

/**
 * Up to the beginning of the day, so that the orders of a day leave alone what is worked out from it: the key is the day
 * and the last known position that can have changed anything before it.
 */
export async function keptBuying(reading: Reading): Promise<Buying> {
  const midnight = DateTime.fromMillis(reading.asOf, { zone: reading.timeZone }).startOf('day').toMillis();
  const until = midnight - 1;
  const [touch] = await reading.rows<{ position: number | bigint }>(
    `SELECT coalesce(max(position), 0) AS position FROM revenue_touch
     WHERE position <= $known AND occurred_at <= CAST($until AS TIMESTAMP)`,
    { until: new Date(until) },
  );
  const day = localDay(until, reading.timeZone);
  const table = await reading.keep(
    'buying',
    `${day}/${touch?.position}`,
    'FROM buying($as_of, $known, CAST($until AS TIMESTAMP))',
    { until: new Date(until) },
  );
  return { table, until: day };
}

export interface Fits {
  readonly orders: BgNbdFit;
  /** Undefined where the orders already have no model. */
  readonly spend: GammaGammaFit | undefined;
  /** Both were found: what customers will bring is told by them. */
  readonly models: { readonly orders: BgNbdParameters; readonly spend: GammaGammaParameters } | undefined;
}

interface Columns {
  readonly customer: number[];
  readonly frequency: number[];
  readonly recency: number[];
  readonly T: number[];
  readonly averageValue: number[];
}

/** Customers in columns, in an order that doesn’t depend on when they were recorded: weeks, and minor units. */
async function columns(reading: Reading, { table, until }: Buying): Promise<Columns> {
  const [found] = await reading.rows<Record<'customer' | 'frequency' | 'recency' | 'age' | 'averageValue', number[]>>(
    `SELECT coalesce(list(customer), []) AS customer, coalesce(list(frequency), []) AS frequency,
       coalesce(list(CAST(last_on - first_on AS INTEGER)), []) AS recency,
       coalesce(list(CAST(CAST($until AS DATE) - first_on AS INTEGER)), []) AS age,
       coalesce(list(CASE WHEN frequency > 0 THEN repeat_net / frequency ELSE 0.0 END), []) AS average_value
     FROM (FROM ${table} ORDER BY first_on, last_on, frequency, repeat_net, customer)`,
    { until },
  );
  const weeks = (days: number[] = []) => days.map((count) => count / DAYS_A_WEEK);
  return {
    customer: found?.customer ?? [],
    frequency: found?.frequency ?? [],
    recency: weeks(found?.recency),
    T: weeks(found?.age),
    averageValue: found?.averageValue ?? [],
  };
}

function spendOf({ frequency, averageValue }: Columns) {
  const counted = frequency.map((count, row) => (averageValue[row]! > 0 ? count : 0));
  return { frequency: counted, averageValue };
}

/** SQL: a text as a literal. */
const literal = (text: string) => `'${text.replaceAll("'", "''")}'`;

/** The models fitted to a table of buying, worked out once for it in the thread of the models. */
export async function keptFits(
  reading: Reading,
  models: ValueModels,
  buying: Buying,
  { minimumRepeaters }: ExpectationPolicy,
): Promise<Fits> {
  const key = `${buying.table}/${minimumRepeaters}`;
  const table = await reading.keep('value_model', key, async () => {
    const [enough] = await reading.rows<{ customers: number; repeaters: number }>(
      `SELECT count(*) AS customers, count(*) FILTER (WHERE frequency > 0) AS repeaters FROM ${buying.table}`,
    );
    // Nothing is handed to the thread for nothing: it says the same of no customers as of too few.
    const customers = (enough?.repeaters ?? 0) >= minimumRepeaters ? await columns(reading, buying) : undefined;
    if (!customers) return `SELECT ${literal(JSON.stringify({ orders: tooFew(enough, minimumRepeaters) }))} AS fits`;
    const orders = await models.fitBgNbd(key, customers, { minimumRepeaters });
    const spend = orders.parameters ? await models.fitGammaGamma(key, spendOf(customers)) : undefined;
    return `SELECT ${literal(JSON.stringify({ orders, spend }))} AS fits`;
  });
  const [row] = await reading.rows<{ fits: string }>(`FROM ${table}`);
  const { orders, spend } = JSON.parse(row?.fits ?? '{}') as Pick<Fits, 'orders' | 'spend'>;
  const both =
    orders.parameters && spend?.parameters ? { orders: orders.parameters, spend: spend.parameters } : undefined;
  return { orders, spend, models: both };
}

function tooFew(found: { customers: number; repeaters: number } | undefined, minimum: number): BgNbdFit {
  const { customers = 0, repeaters = 0 } = found ?? {};
  return {
    kind: repeaters === 0 ? 'no repeats' : 'too few repeaters',
    degenerate:
      repeaters === 0
        ? 'No customer has ordered again: there is nothing to fit.'
        : `Only ${repeaters} customers have ordered again; the value policy asks for at least ${minimum}.`,
    converged: false,
    evaluations: 0,
    customers,
    repeaters,
  };
}

/**
 * Kept table (customer, probability_alive, expected_orders within the horizon or NULL without an end, average_order and
 * revenue_to_come in minor units): what the models expect of each customer.
 */
export async function keptProspects(
  reading: Reading,
  models: ValueModels,
  buying: Buying,
  fitted: NonNullable<Fits['models']>,
  { discountRate, horizonYears }: ExpectationPolicy,
): Promise<string> {
  const key = [buying.table, JSON.stringify(fitted), discountRate, horizonYears].join('/');
  return reading.keep('value_prospects', key, async () => {
    const { customer, ...summaries } = await columns(reading, buying);
    const spend = spendOf({ customer, ...summaries });
    const horizon = { periods: horizonYears, periodLength: WEEKS_A_YEAR, discountRate };
    const found = await models.prospects(
      key,
      fitted,
      // Zero counts as an average where the model doesn't look at it.
      { ...summaries, averageValue: spend.averageValue.map((value) => (value > 0 ? value : MINOR_UNIT)) },
      horizon,
    );
    const list = (values: Iterable<number>, type: string) =>
      `unnest(from_json(${literal(JSON.stringify(Array.from(values)))}, '["${type}"]'))`;
    return `SELECT ${list(customer, 'INTEGER')} AS customer, ${list(found.probabilityAlive, 'DOUBLE')} AS probability_alive,
      ${list(found.expectedPurchases, 'DOUBLE')} AS expected_orders,
      ${list(found.expectedAverageValue, 'DOUBLE')} AS average_order,
      ${list(found.lifetimeValue, 'DOUBLE')} AS revenue_to_come`;
  });
}

/** Who bought again for nothing bought for next to nothing. */
const MINOR_UNIT = 1;

type Told<Fit extends { parameters?: unknown }> = {
  readonly parameters: Exclude<Fit['parameters'], undefined> | null;
  readonly standardErrors: Exclude<Fit['parameters'], undefined> | null;
  readonly logLikelihood: number | null;
  readonly customers: number;
  readonly repeaters: number;
  /** Why there are no parameters. */
  readonly degenerate?: string;
};

export interface ValueModel {
  readonly currency: string;
  /** By which value to come is told. */
  readonly model: 'bg/nbd' | 'npv';
  /** Why it is not by BG/NBD. */
  readonly because?: string;
  /** Last day whose orders count. */
  readonly until: string;
  /** Of alpha. */
  readonly unitOfTime: 'week';
  readonly minimumRepeaters: number;
  readonly discountRate: number;
  /** Null for no end. */
  readonly horizonYears: number | null;
  /** BG/NBD: when customers order, and whether they still do. */
  readonly orders: Told<BgNbdFit>;
  /** Gamma-Gamma: what they spend per order; v in minor units. Null where orders have no model. */
  readonly spend: (Told<GammaGammaFit> & { readonly correlation: number | null }) | null;
}

function told<Fit extends BgNbdFit | GammaGammaFit>(fit: Fit): Told<Fit> {
  return {
    parameters: (fit.parameters ?? null) as Told<Fit>['parameters'],
    standardErrors: (fit.standardErrors ?? null) as Told<Fit>['standardErrors'],
    logLikelihood: fit.logLikelihood ?? null,
    customers: fit.customers,
    repeaters: fit.repeaters,
    ...(fit.degenerate !== undefined && { degenerate: fit.degenerate }),
  };
}

/** What the models need a discount for: an endless horizon without one has no value. */
export const isEndless = ({ discountRate, horizonYears }: ExpectationPolicy): boolean =>
  horizonYears === Number.POSITIVE_INFINITY && discountRate === 0;

/** The models of what customers will still bring, as fitted, or why there are none. */
export const valueModel: Question<object, ValueModel> = async (reading, _, { models }) => {
  const policy = await expectationPolicy(reading);
  const buying = await keptBuying(reading);
  const { orders, spend, models: fitted } = await keptFits(reading, models, buying, policy);
  const because = isEndless(policy)
    ? 'Without an end and without a discount, what is to come has no sum.'
    : (orders.degenerate ?? spend?.degenerate);
  return {
    currency: reading.currency,
    model: fitted && !isEndless(policy) ? 'bg/nbd' : 'npv',
    ...(because !== undefined && { because }),
    until: buying.until,
    unitOfTime: 'week',
    minimumRepeaters: policy.minimumRepeaters,
    discountRate: policy.discountRate,
    horizonYears: Number.isFinite(policy.horizonYears) ? policy.horizonYears : null,
    orders: told(orders),
    spend: spend ? { ...told(spend), correlation: spend.correlation ?? null } : null,
  };
};
