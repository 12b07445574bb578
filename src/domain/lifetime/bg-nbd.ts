/**
 * When customers order, and whether they still do: BG/NBD (Fader, Hardie & Lee 2005, "Counting your customers the easy
 * way"). A customer orders at a rate of its own, Gamma distributed over customers with shape r and rate α, and leaves
 * after any order with a probability of its own, Beta distributed with a and b.
 */
export interface BgNbdParameters {
  readonly r: number;
  /** In the unit of time of the summaries. */
  readonly alpha: number;
  readonly a: number;
  readonly b: number;
}

/** One customer; see Summaries for the meaning and the unit of each. */
export interface Summary {
  readonly frequency: number;
  readonly recency: number;
  readonly T: number;
}

/**
 * Probability that the customer still orders: 1/D with D = 1 + [x>0]·a/(b+x−1)·((α+T)/(α+tₓ))^(r+x).
 * 1 for who never ordered again: the model lets nobody leave but after a repeat order.
 */
export function probabilityAlive({ r, alpha, a, b }: BgNbdParameters, { frequency: x, recency, T }: Summary): number {
  if (x === 0) return 1;
  return 1 / (1 + (a / (b + x - 1)) * Math.exp((r + x) * Math.log1p((T - recency) / (alpha + recency))));
}

/** Expected number of orders in the time t that follows the observation: E[Y(t) | x, tₓ, T]. */
export function expectedPurchases(parameters: BgNbdParameters, summary: Summary, t: number): number {
  const ifAlive = expectedPurchasesIfAlive(parameters, summary.frequency, summary.T, t);
  return probabilityAlive(parameters, summary) * ifAlive;
}

/** Expected number of repeat orders in the time t after a customer's first order: E[X(t)]. */
export function expectedPurchasesOfNewCustomer(parameters: BgNbdParameters, t: number): number {
  return expectedPurchasesIfAlive(parameters, 0, 0, t);
}

const { max } = Math;

/** Above it the weights are brought down: their scale is arbitrary, and a double ends at 1e308. */
const LARGE = 1e250;
const ROUNDING = Number.EPSILON;

/**
 * As expectedPurchases, of a customer who is known to be there: the part that doesn't depend on the recency.
 *
 * The published form, (a+b+x−1)/(a−1)·[1 − ((α+T)/(α+T+t))^(r+x)·₂F₁(r+x, b+x; a+b+x−1; z)] with z = t/(α+T+t), is 0/0
 * at a = 1 and at a+b+x = 1, loses its digits close to them, and its ₂F₁ overflows for a customer with some thousand orders.
 * The series of ₂F₁, taken apart, says the same without: a customer who could not leave would order j times with the
 * probability of the negative binomial distribution, Γ(r+x+j)/(Γ(r+x)·j!)·(1−z)^(r+x)·zʲ, and who can, makes of these
 * j orders Σᵢ (b+x)ᵢ/(a+b+x)ᵢ, i = 0 … j−1: the ith is made by who has stayed after the ones before. All terms are
 * positive.
 *
 * @throws RangeError when t is negative, a parameter is not above 0, or anything is not finite: the sum would have no end
 */
export function expectedPurchasesIfAlive(
  { r, alpha, a, b }: BgNbdParameters,
  frequency: number,
  T: number,
  t: number,
): number {
  if (!(t >= 0 && Number.isFinite(t))) throw new RangeError(`A time ahead has to be finite and at least 0, not ${t}.`);
  if (
    !(
      r > 0 &&
      alpha > 0 &&
      a > 0 &&
      b > 0 &&
      frequency >= 0 &&
      T >= 0 &&
      Number.isFinite(r + alpha + a + b + frequency + T)
    )
  ) {
    throw new RangeError('The parameters of BG/NBD have to be above 0, frequency and T at least 0.');
  }
  const z = t / (alpha + T + t);
  if (z === 1) throw new RangeError(`A time ahead of ${t} is too long for an alpha of ${alpha}.`);
  const shape = r + frequency;
  const staying = b + frequency;
  let weight = 1;
  let weights = 1;
  let stillThere = 1;
  let made = 0;
  let sum = 0;
  for (let j = 0; ; j++) {
    const ratio = ((shape + j) / (j + 1)) * z;
    weight *= ratio;
    made += stillThere;
    stillThere *= (staying + j) / (staying + a + j);
    weights += weight;
    sum += weight * made;
    if (weight > LARGE) {
      weight /= LARGE;
      weights /= LARGE;
      sum /= LARGE;
    }
    // What is left out is smaller than a series in which both the weight and the orders go on growing as they did.
    const growth = max(ratio, z) * (1 + stillThere / made);
    if (growth < 1 && weight * made * growth <= (1 - growth) * sum * ROUNDING) break;
  }
  return sum / weights;
}
