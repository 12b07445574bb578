import { type Fit, maximum, type TooFew, tooFew, type Unfitted, unfitted } from './fit.js';
import { type GammaGammaParameters, NO_MEAN } from './gamma-gamma.js';
import { negativeMeanLogLikelihood, prepareSpend } from './gamma-gamma-likelihood.js';
import type { SpendSummaries } from './summaries.js';

export type GammaGammaDegeneracy =
  | TooFew
  | 'all spend alike'
  | 'orders never vary'
  | 'no finite mean'
  | 'not determined';

export type GammaGammaFit = Fit<GammaGammaParameters, GammaGammaDegeneracy> & {
  /** Pearson's correlation of frequency and average value: far from 0, the model's supposition doesn't hold. */
  readonly correlation: number | undefined;
};

const sentences: Record<Exclude<GammaGammaDegeneracy, TooFew>, string> = {
  'all spend alike':
    'The likelihood does not fall as q and v grow together: customers do not differ in what they spend per order, and ' +
    'Gamma-Gamma rests on their differing.',
  'orders never vary':
    'The likelihood does not fall as p grows: the orders of a customer do not differ in value, and Gamma-Gamma rests ' +
    'on their differing.',
  'no finite mean': NO_MEAN,
  'not determined': 'The likelihood of Gamma-Gamma has no maximum that these customers determine.',
};

/** Parameters beyond this count as on their way to infinity. */
const FAR = 100;

/**
 * Fits Gamma-Gamma by maximum likelihood to the customers who ordered again: parameters in the summaries' unit of
 * money, with standard errors, or the sentence that says why these customers determine none.
 *
 * @param minimumRepeaters customers with repeat orders below which nothing is fitted
 * @throws RangeError for rows that can't be customers
 */
export function fitGammaGamma(
  summaries: SpendSummaries,
  { minimumRepeaters = 1 }: { readonly minimumRepeaters?: number } = {},
): GammaGammaFit {
  const prepared = prepareSpend(summaries);
  const { customers, repeaters, scale } = prepared;
  const without = (nothing: Unfitted<GammaGammaDegeneracy>) => ({ ...nothing, correlation: prepared.correlation });
  const few = tooFew(prepared, minimumRepeaters);
  if (few) return without(few);
  // In units of a typical average value: each start has a mean of 1.
  const found = maximum(negativeMeanLogLikelihood(prepared), repeaters, [
    [4, 4, 3 / 4],
    [1, 2, 1],
    [20, 10, 9 / 20],
  ]);
  if ('stoppedAt' in found) {
    const kind = degeneracy(found.stoppedAt);
    return without(unfitted(prepared, kind, sentences[kind], found.evaluations));
  }
  const named = ([p, q, v]: Float64Array): GammaGammaParameters => ({ p: p!, q: q!, v: v! * scale });
  const parameters = named(found.values);
  if (parameters.q <= 1) return without(unfitted(prepared, 'no finite mean', NO_MEAN, found.evaluations));
  return {
    parameters,
    standardErrors: named(found.errors),
    logLikelihood: repeaters * (found.mean - Math.log(scale)),
    converged: true,
    evaluations: found.evaluations,
    customers,
    repeaters,
    correlation: prepared.correlation,
  };
}

function degeneracy([p = 0, q = 0]: Float64Array): keyof typeof sentences {
  if (p > FAR) return 'orders never vary';
  if (q > FAR) return 'all spend alike';
  return 'not determined';
}
