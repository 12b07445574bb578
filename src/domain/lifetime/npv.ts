export interface MarginStream {
  /** Mean margin per period, in minor units or any other. */
  readonly margin: number;
  /** Share of customers who stay from one period to the next, 0 to 1. */
  readonly retention: number;
  /** Per period, as a fraction; above −1. */
  readonly discountRate: number;
  /** Periods, at least 0; Infinity for no end. */
  readonly horizon: number;
}

/** Named in every answer that holds such a figure. */
export const NPV_CONVENTION =
  'First margin one period away: the sum of margin × retention^t / (1 + discount rate)^t over t = 1 … horizon.';

/**
 * Net present value of a margin that a customer keeps bringing with the probability of its staying:
 * Σₜ m·rᵗ/(1+d)ᵗ for t = 1 … horizon, and m·r/(1+d−r) without end (Farris et al., Marketing Metrics).
 * @throws RangeError when a value is outside its range, or the sum has no end: retention 1 + discount rate or more
 */
export function npv({ margin, retention, discountRate, horizon }: MarginStream): number {
  if (!Number.isFinite(margin)) throw new RangeError(`A margin has to be finite, not ${margin}.`);
  if (!(retention >= 0 && retention <= 1)) throw new RangeError(`A retention lies between 0 and 1, not ${retention}.`);
  if (!(discountRate > -1 && Number.isFinite(discountRate))) {
    throw new RangeError(`A discount rate is above -1, not ${discountRate}.`);
  }
  const isWhole = Number.isInteger(horizon) || horizon === Number.POSITIVE_INFINITY;
  if (!(isWhole && horizon >= 0)) throw new RangeError(`A horizon is a whole number of periods, not ${horizon}.`);
  if (retention === 0 || horizon === 0) return 0;
  // 1+d−r, in this order: close to 0, a sum with 1 in it would have lost its digits.
  const lost = 1 - retention + discountRate;
  if (horizon === Number.POSITIVE_INFINITY) {
    if (lost <= 0) throw new RangeError('Without an end to it the sum is infinite at this retention and discount.');
    return (margin * retention) / lost;
  }
  if (lost === 0) return margin * horizon;
  return (margin * retention * -Math.expm1(horizon * Math.log1p(-lost / (1 + discountRate)))) / lost;
}

/** The same per period, from a rate per year: (1+d)^(1/periods a year) − 1. */
export function ratePerPeriod(ratePerYear: number, periodsPerYear: number): number {
  return Math.expm1(Math.log1p(ratePerYear) / periodsPerYear);
}
