import { type BgNbdParameters, expectedPurchasesIfAlive, probabilityAlive, type Summary } from './bg-nbd.js';
import { expectedAverageValue, type GammaGammaParameters } from './gamma-gamma.js';
import { checkSpend, checkSummaries, type SpendSummaries, type Summaries } from './summaries.js';

/** How far ahead the value is counted. */
export interface Horizon {
  /** How many periods; Infinity for no end, with a discount rate above 0. */
  readonly periods: number;
  /** Length of a period in the unit of time of the summaries. */
  readonly periodLength: number;
  /** Per period, as a fraction, at least 0. */
  readonly discountRate: number;
}

/** Named in every answer that holds such a figure; the same as that of the net present value. */
export const LIFETIME_VALUE_CONVENTION =
  'Expected orders of a period × expected average margin per order, discounted as if they came at the end of the period.';

/** Without an end, the sum stops where what follows is at most this share of it. */
const NEGLIGIBLE = 1e-9;

/** Expected orders within the horizon, each discounted from the end of its period: Σₜ (E[Y(t)] − E[Y(t−1)])/(1+d)ᵗ. */
export function discountedPurchases(parameters: BgNbdParameters, summary: Summary, horizon: Horizon): number {
  checkHorizon(horizon);
  const ifAlive = discountedIfAlive(parameters, summary.frequency, summary.T, horizon);
  return probabilityAlive(parameters, summary) * ifAlive;
}

/**
 * The expected value of what is to come from one customer: discounted orders × expected average value.
 * @param averageValue mean value of the repeat orders, in the unit of money of the parameters
 */
export function lifetimeValue(
  models: { readonly orders: BgNbdParameters; readonly spend: GammaGammaParameters },
  customer: Summary & { readonly averageValue: number },
  horizon: Horizon,
): number {
  return discountedPurchases(models.orders, customer, horizon) * expectedAverageValue(models.spend, customer);
}

/** Per row of the summaries. */
export interface Prospects {
  readonly probabilityAlive: Float64Array;
  /** Within the horizon, not discounted; NaN for a horizon without an end, where the model can know no number. */
  readonly expectedPurchases: Float64Array;
  readonly expectedAverageValue: Float64Array;
  readonly lifetimeValue: Float64Array;
}

/**
 * The same for many customers at once. What doesn't depend on the recency is worked out once per frequency and T.
 * @throws RangeError for rows that can't be customers, or a horizon that can't be one
 */
export function prospects(
  models: { readonly orders: BgNbdParameters; readonly spend: GammaGammaParameters },
  customers: Summaries & SpendSummaries,
  horizon: Horizon,
): Prospects {
  checkSummaries(customers);
  checkSpend(customers);
  checkHorizon(horizon);
  const rows = customers.frequency.length;
  const found = {
    probabilityAlive: new Float64Array(rows),
    expectedPurchases: new Float64Array(rows),
    expectedAverageValue: new Float64Array(rows),
    lifetimeValue: new Float64Array(rows),
  };
  const whole = horizon.periods * horizon.periodLength;
  const known = new Map<number, Map<number, { plain: number; discounted: number }>>();
  for (let row = 0; row < rows; row++) {
    const frequency = customers.frequency[row]!;
    const T = customers.T[row]!;
    const ofFrequency = known.get(frequency) ?? new Map<number, { plain: number; discounted: number }>();
    known.set(frequency, ofFrequency);
    let ifAlive = ofFrequency.get(T);
    if (!ifAlive) {
      ifAlive = {
        plain: Number.isFinite(whole) ? expectedPurchasesIfAlive(models.orders, frequency, T, whole) : Number.NaN,
        discounted: discountedIfAlive(models.orders, frequency, T, horizon),
      };
      ofFrequency.set(T, ifAlive);
    }
    const alive = probabilityAlive(models.orders, { frequency, recency: customers.recency[row]!, T });
    const average = expectedAverageValue(models.spend, { frequency, averageValue: customers.averageValue[row]! });
    found.probabilityAlive[row] = alive;
    found.expectedPurchases[row] = alive * ifAlive.plain;
    found.expectedAverageValue[row] = average;
    found.lifetimeValue[row] = alive * ifAlive.discounted * average;
  }
  return found;
}

function discountedIfAlive(
  parameters: BgNbdParameters,
  frequency: number,
  T: number,
  { periods, periodLength, discountRate }: Horizon,
): number {
  // Without discounting the periods add up to the whole, whatever their number.
  if (discountRate === 0) return expectedPurchasesIfAlive(parameters, frequency, T, periods * periodLength);
  let sum = 0;
  let before = 0;
  let discount = 1;
  for (let period = 1; period <= periods; period++) {
    const until = expectedPurchasesIfAlive(parameters, frequency, T, period * periodLength);
    discount /= 1 + discountRate;
    const present = (until - before) * discount;
    sum += present;
    before = until;
    // A customer orders ever less: what follows is at most a geometric series.
    if (periods === Number.POSITIVE_INFINITY && present <= NEGLIGIBLE * sum * discountRate) break;
  }
  return sum;
}

function checkHorizon({ periods, periodLength, discountRate }: Horizon): void {
  const isEndless = periods === Number.POSITIVE_INFINITY;
  if (!((Number.isInteger(periods) || isEndless) && periods >= 0)) {
    throw new RangeError(`A horizon is a whole number of periods, not ${periods}.`);
  }
  if (!(periodLength > 0 && Number.isFinite(periodLength))) {
    throw new RangeError(`A period has to be longer than 0, not ${periodLength}.`);
  }
  if (!(discountRate >= 0 && Number.isFinite(discountRate))) {
    throw new RangeError(`A discount rate is at least 0, not ${discountRate}.`);
  }
  if (isEndless && discountRate === 0) {
    throw new RangeError('Without an end to it the sum is infinite unless it is discounted.');
  }
}
