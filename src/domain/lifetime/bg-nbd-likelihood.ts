import type { BgNbdParameters } from './bg-nbd.js';
import type { Objective } from './minimise.js';
import { checkSummaries, type Summaries } from './summaries.js';

const { abs, exp, log, log1p, max } = Math;

/**
 * The customers as the likelihood needs them: equal ones are one row, and what depends on only one of frequency,
 * recency and T is worked out once per different value.
 */
export interface Prepared {
  readonly customers: number;
  readonly repeaters: number;
  /** Repeat orders of all customers. */
  readonly orders: number;
  /** The unit of time in which the rest is kept: the mean T, so that no unit is too small or too large. */
  readonly scale: number;
  /** The different T, and per T the customers who never ordered again. */
  readonly ages: Float64Array;
  readonly singles: Float64Array;
  readonly recencies: Float64Array;
  /** Customers with more than k repeat orders, by k. */
  readonly beyond: Float64Array;
  /** Per row of customers who ordered again: frequency, index of the recency, index of T, how many. */
  readonly frequency: Int32Array;
  readonly recencyAt: Int32Array;
  readonly ageAt: Int32Array;
  readonly weight: Float64Array;
}

/** @throws RangeError for rows that can't be customers */
export function prepare(summaries: Summaries): Prepared {
  checkSummaries(summaries);
  const { frequency, recency, T, weights } = summaries;
  const rows = frequency.length;
  const weightOf = (row: number) => (weights ? weights[row]! : 1);
  let customers = 0;
  let repeaters = 0;
  let orders = 0;
  let age = 0;
  let most = 0;
  for (let row = 0; row < rows; row++) {
    const weight = weightOf(row);
    customers += weight;
    age += weight * T[row]!;
    if (frequency[row]! === 0 || weight === 0) continue;
    repeaters += weight;
    orders += weight * frequency[row]!;
    most = Math.max(most, frequency[row]!);
  }
  const scale = age > 0 ? age / customers : 1;

  const ages = distinct(T);
  const recencies = distinct(recency);
  const singles = new Float64Array(ages.values.length);
  const beyond = new Float64Array(most);
  // Equal rows get equal keys and so come next to each other; that different ones share a key beyond 2^53 does no harm.
  const keys = new Float64Array(rows);
  const repeating = new Int32Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    const weight = weightOf(row);
    if (weight === 0) continue;
    if (frequency[row]! === 0) {
      singles[ages.at[row]!]! += weight;
      continue;
    }
    beyond[frequency[row]! - 1]! += weight;
    keys[row] = (frequency[row]! * recencies.values.length + recencies.at[row]!) * ages.values.length + ages.at[row]!;
    repeating[count++] = row;
  }
  for (let k = most - 2; k >= 0; k--) beyond[k]! += beyond[k + 1]!;
  const ordered = repeating.subarray(0, count).sort((one, other) => keys[one]! - keys[other]!);

  const merged = {
    frequency: new Int32Array(count),
    recencyAt: new Int32Array(count),
    ageAt: new Int32Array(count),
    weight: new Float64Array(count),
  };
  let last = -1;
  for (const row of ordered) {
    const isSame =
      last >= 0 &&
      merged.frequency[last] === frequency[row] &&
      merged.recencyAt[last] === recencies.at[row] &&
      merged.ageAt[last] === ages.at[row];
    if (!isSame) {
      last++;
      merged.frequency[last] = frequency[row]!;
      merged.recencyAt[last] = recencies.at[row]!;
      merged.ageAt[last] = ages.at[row]!;
    }
    merged.weight[last]! += weightOf(row);
  }
  return {
    customers,
    repeaters,
    orders,
    scale,
    ages: ages.values.map((value) => value / scale),
    singles,
    recencies: recencies.values.map((value) => value / scale),
    beyond,
    frequency: merged.frequency.slice(0, last + 1),
    recencyAt: merged.recencyAt.slice(0, last + 1),
    ageAt: merged.ageAt.slice(0, last + 1),
    weight: merged.weight.slice(0, last + 1),
  };
}

/** The different values in ascending order, and for each row the index of its own. */
function distinct(column: ArrayLike<number>): { values: Float64Array; at: Int32Array } {
  const sorted = Float64Array.from(column).sort();
  let count = 0;
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[count++] = sorted[i]!;
  const values = sorted.slice(0, count);
  const indexOf = new Map<number, number>();
  for (let i = 0; i < count; i++) indexOf.set(values[i]!, i);
  const at = new Int32Array(column.length);
  for (let row = 0; row < column.length; row++) at[row] = indexOf.get(column[row]!)!;
  return { values, at };
}

/**
 * The negative mean log-likelihood over the logarithms of r, α (in the scale of the prepared customers), a, b, with its
 * exact gradient.
 *
 * Per customer (Fader, Hardie & Lee 2005, formula 6): Γ(r+x)/Γ(r)·α^r · B(a, b+x)/B(a, b) · (α+T)^−(r+x) · D, with D as
 * in probabilityAlive. Frequencies are whole numbers, so the quotients of Γ and B are products: over all customers
 * Σₖ n(x>k)·ln((r+k)·(b+k)/(a+b+k)), which loses no digits however large the parameters.
 */
export function negativeMeanLogLikelihood(prepared: Prepared): Objective {
  const { customers, ages, singles, recencies, beyond, frequency, recencyAt, ageAt, weight } = prepared;
  const rows = frequency.length;
  const lnAge = new Float64Array(ages.length);
  const perAge = new Float64Array(ages.length);
  const lnRecency = new Float64Array(recencies.length);
  const perRecency = new Float64Array(recencies.length);
  /** By the number of repeat orders x: ln(a/(b+x−1)) and 1/(b+x−1). */
  const lnLeaving = new Float64Array(beyond.length + 1);
  const perStaying = new Float64Array(beyond.length + 1);

  return (at, gradient) => {
    const r = exp(at[0]!);
    const alpha = exp(at[1]!);
    const a = exp(at[2]!);
    const b = exp(at[3]!);
    let sum = customers * r * at[1]!;
    let byR = customers * at[1]!;
    let byAlpha = (customers * r) / alpha;
    let byA = 0;
    let byB = 0;

    for (let k = 0; k < beyond.length; k++) {
      sum += beyond[k]! * log(((r + k) * (b + k)) / (a + b + k));
      byR += beyond[k]! / (r + k);
      byA -= beyond[k]! / (a + b + k);
      byB += (beyond[k]! * a) / ((b + k) * (a + b + k));
      perStaying[k + 1] = 1 / (b + k);
      lnLeaving[k + 1] = log(a / (b + k));
    }
    for (let i = 0; i < ages.length; i++) {
      const ofAge = log(alpha + ages[i]!);
      const per = 1 / (alpha + ages[i]!);
      lnAge[i] = ofAge;
      perAge[i] = per;
      sum -= singles[i]! * r * ofAge;
      byR -= singles[i]! * ofAge;
      byAlpha -= singles[i]! * r * per;
    }
    for (let i = 0; i < recencies.length; i++) {
      lnRecency[i] = log(alpha + recencies[i]!);
      perRecency[i] = 1 / (alpha + recencies[i]!);
    }
    for (let row = 0; row < rows; row++) {
      const x = frequency[row]!;
      const n = weight[row]!;
      const i = ageAt[row]!;
      const j = recencyAt[row]!;
      const lnOdds = lnLeaving[x]! + (r + x) * (lnAge[i]! - lnRecency[j]!);
      // Of the two ways to get here (still there, or left at the last order) the larger one is taken out of the sum.
      const smaller = exp(-abs(lnOdds));
      const left = (lnOdds > 0 ? 1 : smaller) / (1 + smaller);
      const there = (lnOdds > 0 ? smaller : 1) / (1 + smaller);
      sum += n * (log1p(smaller) + max(lnOdds, 0) - (r + x) * lnAge[i]!);
      byR -= n * (there * lnAge[i]! + left * lnRecency[j]!);
      byAlpha -= n * (r + x) * (there * perAge[i]! + left * perRecency[j]!);
      byA += (n * left) / a;
      byB -= n * left * perStaying[x]!;
    }
    gradient[0] = (-byR * r) / customers;
    gradient[1] = (-byAlpha * alpha) / customers;
    gradient[2] = (-byA * a) / customers;
    gradient[3] = (-byB * b) / customers;
    return -sum / customers;
  };
}

/**
 * Natural logarithm of the likelihood of all customers together; a change of the unit of time by a factor c adds
 * −ln c per repeat order, as for any density.
 * @throws RangeError for rows that can't be customers
 */
export function logLikelihood({ r, alpha, a, b }: BgNbdParameters, summaries: Summaries): number {
  const prepared = prepare(summaries);
  if (prepared.customers === 0) return 0;
  const at = Float64Array.of(Math.log(r), Math.log(alpha / prepared.scale), Math.log(a), Math.log(b));
  return overall(prepared, -negativeMeanLogLikelihood(prepared)(at, new Float64Array(at.length)));
}

/** From the mean per customer in the scale of the prepared customers to all customers in their own unit of time. */
export function overall({ customers, orders, scale }: Prepared, mean: number): number {
  return customers * mean - orders * Math.log(scale);
}
