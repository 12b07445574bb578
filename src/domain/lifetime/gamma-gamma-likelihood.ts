import { gammaln } from 'simple-statistics';
import type { GammaGammaParameters } from './gamma-gamma.js';
import type { Objective } from './minimise.js';
import { checkSpend, type SpendSummaries } from './summaries.js';

const { log } = Math;

/** Of a logarithm, for the derivatives of ln Γ. */
const STEP = 2e-3;

/** The customers who ordered again as the likelihood needs them; equal ones are one row. */
export interface Prepared {
  readonly customers: number;
  readonly repeaters: number;
  /** The geometric mean of the averages: the unit of money in which the rest is kept. */
  readonly scale: number;
  /** The different frequencies and how many customers have each. */
  readonly frequencies: Float64Array;
  readonly counts: Float64Array;
  /** Σ x·(ln m̄ + ln x) and Σ ln m̄ over the customers. */
  readonly sumOfOrders: number;
  readonly sumOfLogs: number;
  /** Per row: frequency, frequency × average value, how many. */
  readonly frequency: Float64Array;
  readonly total: Float64Array;
  readonly weight: Float64Array;
  readonly correlation: number | undefined;
}

/** @throws RangeError for rows that can't be customers */
export function prepareSpend(summaries: SpendSummaries): Prepared {
  checkSpend(summaries);
  const { frequency, averageValue, weights } = summaries;
  const rows = frequency.length;
  const weightOf = (row: number) => (weights ? weights[row]! : 1);
  let customers = 0;
  const ordered = new Int32Array(rows);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    customers += weightOf(row);
    if (frequency[row]! > 0 && weightOf(row) > 0) ordered[count++] = row;
  }
  const order = ordered
    .subarray(0, count)
    .sort((one, other) => frequency[one]! - frequency[other]! || averageValue[one]! - averageValue[other]!);

  const merged = {
    frequency: new Float64Array(count),
    value: new Float64Array(count),
    weight: new Float64Array(count),
  };
  let last = -1;
  let repeaters = 0;
  let logs = 0;
  for (const row of order) {
    if (last < 0 || merged.frequency[last] !== frequency[row] || merged.value[last] !== averageValue[row]) {
      last++;
      merged.frequency[last] = frequency[row]!;
      merged.value[last] = averageValue[row]!;
    }
    merged.weight[last]! += weightOf(row);
    repeaters += weightOf(row);
    logs += weightOf(row) * log(averageValue[row]!);
  }
  const scale = repeaters > 0 ? Math.exp(logs / repeaters) : 1;

  const frequencies: number[] = [];
  const counts: number[] = [];
  const total = new Float64Array(last + 1);
  let sumOfOrders = 0;
  let sumOfLogs = 0;
  for (let row = 0; row <= last; row++) {
    const x = merged.frequency[row]!;
    const n = merged.weight[row]!;
    const mean = merged.value[row]! / scale;
    total[row] = x * mean;
    sumOfOrders += n * x * Math.log(x * mean);
    sumOfLogs += n * Math.log(mean);
    if (frequencies.at(-1) !== x) {
      frequencies.push(x);
      counts.push(0);
    }
    counts[counts.length - 1]! += n;
  }
  return {
    customers,
    repeaters,
    scale,
    frequencies: Float64Array.from(frequencies),
    counts: Float64Array.from(counts),
    sumOfOrders,
    sumOfLogs,
    frequency: merged.frequency.slice(0, last + 1),
    total,
    weight: merged.weight.slice(0, last + 1),
    correlation: correlation(merged.frequency, merged.value, merged.weight, last + 1),
  };
}

/**
 * The negative mean log-likelihood over the logarithms of p, q, v (in the scale of the prepared customers). Per customer
 * (Fader & Hardie 2013, formula 1a): Γ(px+q)/(Γ(px)·Γ(q)) · v^q · m̄^(px−1) · x^(px) / (v+x·m̄)^(px+q). Only the
 * derivatives of ln Γ are numerical, and they are taken once per different frequency.
 */
export function negativeMeanLogLikelihood(prepared: Prepared): Objective {
  const { repeaters, frequencies, counts, sumOfOrders, sumOfLogs, frequency, total, weight } = prepared;
  const gammas = (p: number, q: number): number => {
    let sum = -repeaters * gammaln(q);
    for (let i = 0; i < frequencies.length; i++) {
      const px = p * frequencies[i]!;
      sum += counts[i]! * (gammaln(px + q) - gammaln(px));
    }
    return sum;
  };

  return (at, gradient) => {
    const p = Math.exp(at[0]!);
    const q = Math.exp(at[1]!);
    const v = Math.exp(at[2]!);
    let sum = gammas(p, q) + repeaters * q * at[2]! + p * sumOfOrders - sumOfLogs;
    let byP = sumOfOrders;
    let byQ = repeaters * at[2]!;
    let byV = (repeaters * q) / v;
    for (let row = 0; row < frequency.length; row++) {
      const x = frequency[row]!;
      const n = weight[row]!;
      const ofAll = log(v + total[row]!);
      sum -= n * (p * x + q) * ofAll;
      byP -= n * x * ofAll;
      byQ -= n * ofAll;
      byV -= (n * (p * x + q)) / (v + total[row]!);
    }
    gradient[0] = -(byP * p + derivative((factor) => gammas(p * factor, q))) / repeaters;
    gradient[1] = -(byQ * q + derivative((factor) => gammas(p, q * factor))) / repeaters;
    gradient[2] = (-byV * v) / repeaters;
    return -sum / repeaters;
  };
}

/** By the logarithm of a factor, at 1, from four neighbours: exact to some 11 digits here. */
function derivative(of: (factor: number) => number): number {
  const near = of(Math.exp(STEP)) - of(Math.exp(-STEP));
  const far = of(Math.exp(2 * STEP)) - of(Math.exp(-2 * STEP));
  return (8 * near - far) / (12 * STEP);
}

/**
 * Natural logarithm of the likelihood of all customers who ordered again.
 * @throws RangeError for rows that can't be customers
 */
export function spendLogLikelihood({ p, q, v }: GammaGammaParameters, summaries: SpendSummaries): number {
  const prepared = prepareSpend(summaries);
  if (prepared.repeaters === 0) return 0;
  const at = Float64Array.of(Math.log(p), Math.log(q), Math.log(v / prepared.scale));
  const mean = -negativeMeanLogLikelihood(prepared)(at, new Float64Array(at.length));
  return prepared.repeaters * (mean - Math.log(prepared.scale));
}

function correlation(x: Float64Array, y: Float64Array, weight: Float64Array, rows: number): number | undefined {
  let n = 0;
  let meanX = 0;
  let meanY = 0;
  for (let row = 0; row < rows; row++) {
    n += weight[row]!;
    meanX += weight[row]! * x[row]!;
    meanY += weight[row]! * y[row]!;
  }
  meanX /= n;
  meanY /= n;
  let xx = 0;
  let yy = 0;
  let xy = 0;
  for (let row = 0; row < rows; row++) {
    const dx = x[row]! - meanX;
    const dy = y[row]! - meanY;
    xx += weight[row]! * dx * dx;
    yy += weight[row]! * dy * dy;
    xy += weight[row]! * dx * dy;
  }
  return xx > 0 && yy > 0 ? xy / Math.sqrt(xx * yy) : undefined;
}
