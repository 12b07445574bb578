/**
 * What customers spend per order: Gamma-Gamma (Fader & Hardie 2013, "The Gamma-Gamma model of monetary value"). The
 * values of a customer's orders are Gamma distributed with shape p and a rate of its own, which is Gamma distributed
 * over customers with shape q and rate v. It supposes that how much customers spend and how often are unrelated.
 */
export interface GammaGammaParameters {
  readonly p: number;
  readonly q: number;
  /** In the unit of money of the summaries. */
  readonly v: number;
}

/** Of parameters with a q of 1 or less. */
export const NO_MEAN =
  'Average values are spread so widely over customers (q is 1 or less) that Gamma-Gamma knows no mean of them.';

/**
 * Expected mean value of the orders to come: E[M] = (1−w)·p·v/(q−1) + w·m̄ with w = p·x/(p·x+q−1), between what all
 * customers spend and what this one did.
 * @throws RangeError when q is 1 or less: there is no mean then
 */
export function expectedAverageValue(
  { p, q, v }: GammaGammaParameters,
  { frequency, averageValue }: { readonly frequency: number; readonly averageValue: number },
): number {
  if (!(q > 1)) throw new RangeError(NO_MEAN);
  const ofAll = (p * v) / (q - 1);
  if (frequency === 0) return ofAll;
  const own = (p * frequency) / (p * frequency + q - 1);
  return (1 - own) * ofAll + own * averageValue;
}
