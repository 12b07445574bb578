import type { BgNbdParameters } from './bg-nbd.js';
import { negativeMeanLogLikelihood, overall, prepare } from './bg-nbd-likelihood.js';
import { type Fit, maximum, type TooFew, tooFew, unfitted } from './fit.js';
import type { Summaries } from './summaries.js';

export type BgNbdDegeneracy =
  | TooFew
  | 'nobody leaves'
  | 'everybody leaves'
  | 'all leave alike'
  | 'all order alike'
  | 'orders too unequal'
  | 'not determined';

export type BgNbdFit = Fit<BgNbdParameters, BgNbdDegeneracy>;

const sentences: Record<Exclude<BgNbdDegeneracy, TooFew>, string> = {
  'nobody leaves':
    'The likelihood does not fall as the chance to leave goes to 0: these orders show hardly a customer who has ' +
    'left, so BG/NBD can say nothing about who will.',
  'everybody leaves':
    'The likelihood does not fall as the chance to leave goes to 1: these customers leave at their first repeat order, ' +
    'so BG/NBD can say nothing about those who stay.',
  'all leave alike':
    'The likelihood does not fall as a and b grow together: customers do not differ in their chance to leave, and ' +
    'BG/NBD rests on their differing.',
  'all order alike':
    'The likelihood does not fall as r and alpha grow together: customers do not differ in how often they order, and ' +
    'BG/NBD rests on their differing.',
  'orders too unequal':
    'The likelihood does not fall as r goes to 0: hardly any customer orders again, and those who do order so much ' +
    'that BG/NBD finds no common scale.',
  'not determined': 'The likelihood of BG/NBD has no maximum that these customers determine.',
};

/** Further from 1 than this, by a factor, a parameter counts as on its way to 0 or to infinity. */
const FAR = 100;

/**
 * Fits BG/NBD by maximum likelihood, without a penalty: parameters in the summaries' unit of time, with standard
 * errors, or the sentence that says why these customers determine none.
 *
 * @param minimumRepeaters customers with repeat orders below which nothing is fitted
 * @throws RangeError for rows that can't be customers
 */
export function fitBgNbd(
  summaries: Summaries,
  { minimumRepeaters = 1 }: { readonly minimumRepeaters?: number } = {},
): BgNbdFit {
  const prepared = prepare(summaries);
  const { customers, repeaters, orders } = prepared;
  const few = tooFew(prepared, minimumRepeaters);
  if (few) return few;
  // In units of the mean T, so that r/α is about the mean number of repeat orders.
  const rate = orders / customers;
  const found = maximum(negativeMeanLogLikelihood(prepared), customers, [
    [0.5, 0.5 / rate, 1, 2],
    [2, 2 / rate, 0.2, 5],
    [0.1, 0.02 / rate, 2, 1],
  ]);
  if ('stoppedAt' in found) {
    const kind = degeneracy(found.stoppedAt);
    return unfitted(prepared, kind, sentences[kind], found.evaluations);
  }
  const named = ([r, alpha, a, b]: Float64Array): BgNbdParameters => ({
    r: r!,
    alpha: alpha! * prepared.scale,
    a: a!,
    b: b!,
  });
  return {
    parameters: named(found.values),
    standardErrors: named(found.errors),
    logLikelihood: overall(prepared, found.mean),
    converged: true,
    evaluations: found.evaluations,
    customers,
    repeaters,
  };
}

function degeneracy([r = 0, , a = 0, b = 0]: Float64Array): keyof typeof sentences {
  if (b > a * FAR) return 'nobody leaves';
  if (a > b * FAR) return 'everybody leaves';
  if (a + b > FAR) return 'all leave alike';
  if (r > FAR) return 'all order alike';
  if (r * FAR < 1) return 'orders too unequal';
  return 'not determined';
}
