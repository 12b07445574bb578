import { hessian, inverseOf, type Minimum, minimise, type Objective } from './minimise.js';

/** What a fit has found, or the sentence that says why there is nothing to be found. Never both. */
export type Fit<Parameters, Degeneracy extends string> = Fitted<Parameters> | Unfitted<Degeneracy>;

interface Common {
  /** Weight of all customers that were handed over. */
  readonly customers: number;
  /** Weight of those who ordered again. */
  readonly repeaters: number;
  /** How often the likelihood and its gradient were evaluated. */
  readonly evaluations: number;
}

export interface Fitted<Parameters> extends Common {
  readonly parameters: Parameters;
  /** In the units of the parameters; asymptotic, from the curvature of the likelihood at its maximum. */
  readonly standardErrors: Parameters;
  /** Natural logarithm, of all customers together. */
  readonly logLikelihood: number;
  readonly converged: true;
  readonly degenerate?: undefined;
}

/** No parameters are handed out: where a search stopped on its way to infinity means nothing. */
export interface Unfitted<Degeneracy extends string> extends Common {
  readonly kind: Degeneracy;
  /** One sentence for people. */
  readonly degenerate: string;
  readonly converged: false;
  readonly parameters?: undefined;
  readonly standardErrors?: undefined;
  readonly logLikelihood?: undefined;
}

/** Why customers determine nothing, whatever the model: too few of them have ordered again. */
export type TooFew = 'no repeats' | 'too few repeaters';

/** What the customers that were handed over come to when nothing can be fitted to them. */
export function unfitted<Kind extends string>(
  { customers, repeaters }: Pick<Common, 'customers' | 'repeaters'>,
  kind: Kind,
  degenerate: string,
  evaluations = 0,
): Unfitted<Kind> {
  return { kind, degenerate, converged: false, evaluations, customers, repeaters };
}

/** @param minimumRepeaters customers with repeat orders below which nothing is fitted */
export function tooFew(
  counted: Pick<Common, 'customers' | 'repeaters'>,
  minimumRepeaters: number,
): Unfitted<TooFew> | undefined {
  const { repeaters } = counted;
  if (repeaters === 0)
    return unfitted(counted, 'no repeats', 'No customer has ordered again: there is nothing to fit.');
  if (repeaters >= minimumRepeaters) return undefined;
  return unfitted(
    counted,
    'too few repeaters',
    `Only ${repeaters} customers have ordered again; a fit takes at least ${minimumRepeaters}.`,
  );
}

/** A maximum of the likelihood: parameters, their standard errors, the mean log-likelihood. */
export interface Maximum {
  readonly values: Float64Array;
  readonly errors: Float64Array;
  readonly mean: number;
  readonly evaluations: number;
}

/** Where the search was when it turned out that the likelihood has no maximum that the data determine. */
export interface Nowhere {
  readonly stoppedAt: Float64Array;
  readonly evaluations: number;
}

/** Logarithms beyond which (a factor of 160,000 from the scale of the data) a parameter counts as run away. */
const LIMIT = 12;
/** Standard error of a parameter's logarithm above which (a factor of 50 either way) the data say nothing about it. */
const MOST_UNCERTAIN = 2;

/**
 * Maximises a likelihood over positive parameters, as a search for the minimum of the negative mean log-likelihood over
 * their logarithms. Tries the next start only where the one before came to nothing, and takes the best maximum there
 * is, unless the likelihood is higher where it runs away. Standard errors: the inverse of the matrix of second
 * derivatives over the logarithms, carried over to the parameters (delta method).
 *
 * @param objective negative mean log-likelihood per customer and its gradient, over the logarithms
 * @param weight number of customers
 * @param starts parameters, on the scale of the data
 */
export function maximum(
  objective: Objective,
  weight: number,
  starts: readonly (readonly number[])[],
): Maximum | Nowhere {
  let evaluations = 0;
  let best: Minimum | undefined;
  for (const start of starts) {
    const found = minimise(objective, start.map(Math.log), { limit: LIMIT });
    evaluations += found.evaluations;
    if (!best || !(found.value >= best.value)) best = found;
    if (found.converged) break;
  }
  if (!best) throw new RangeError('A search needs a start.');
  const values = best.at.map(Math.exp);
  if (!best.converged) return { stoppedAt: values, evaluations };

  const covariance = inverseOf(hessian(objective, best.at));
  evaluations += 2 * values.length;
  const errors = values.map((_, i) => Math.sqrt((covariance?.[i * values.length + i] ?? Number.NaN) / weight));
  if (!errors.every((error) => error <= MOST_UNCERTAIN)) return { stoppedAt: values, evaluations };
  return { values, errors: errors.map((error, i) => error * values[i]!), mean: -best.value, evaluations };
}
