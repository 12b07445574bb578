/** Writes the gradient at a point into the second array and returns the value there; it may be infinite. */
export type Objective = (at: Float64Array, gradient: Float64Array) => number;

export interface Minimum {
  readonly at: Float64Array;
  readonly value: number;
  /** The gradient has come down to nothing, inside the limit. */
  readonly converged: boolean;
  /** A coordinate has passed the limit: the minimum, if there is one, lies at infinity. */
  readonly ranAway: boolean;
  readonly evaluations: number;
}

const MOST_ITERATIONS = 300;
const MOST_TRIALS = 40;
/** In a logarithm: no parameter changes by more than a factor of 7 in one step. */
const LONGEST_STEP = 2;
const SUFFICIENT_DECREASE = 1e-4;
const CURVATURE = 0.9;
/** By which a sum over many customers may be off, relative to its value: a step that is lost in it counts as no rise. */
const ROUNDING = 1e-12;

/**
 * The minimum of a smooth function of a few variables by quasi-Newton steps (BFGS; Nocedal & Wright, Numerical
 * Optimization, algorithm 6.1), each found by bisection between the weak Wolfe conditions.
 *
 * @param limit largest absolute value of a coordinate: the search ends where one passes it
 * @param tolerance largest absolute value of the gradient's elements at the minimum
 */
export function minimise(
  objective: Objective,
  start: ArrayLike<number>,
  { limit, tolerance = 1e-9 }: { readonly limit: number; readonly tolerance?: number },
): Minimum {
  const size = start.length;
  let at = Float64Array.from(start);
  let gradient = new Float64Array(size);
  let value = objective(at, gradient);
  let evaluations = 1;
  let next = new Float64Array(size);
  let nextGradient = new Float64Array(size);
  const direction = new Float64Array(size);
  const inverse = new Float64Array(size * size);
  let isFresh = true;

  for (let iteration = 0; iteration < MOST_ITERATIONS && Number.isFinite(value); iteration++) {
    if (largest(at) > limit) return { at, value, converged: false, ranAway: true, evaluations };
    if (largest(gradient) <= tolerance) return { at, value, converged: true, ranAway: false, evaluations };

    if (isFresh) identity(inverse, size, 1 / Math.max(1, largest(gradient)));
    let slope = descend(direction, inverse, gradient);
    if (!(slope < 0)) {
      identity(inverse, size, 1 / Math.max(1, largest(gradient)));
      slope = descend(direction, inverse, gradient);
    }
    let low = 0;
    let high = Number.POSITIVE_INFINITY;
    let step = 1;
    let isFound = false;
    for (let trial = 0; trial < MOST_TRIALS && !isFound; trial++) {
      for (let i = 0; i < size; i++) next[i] = at[i]! + step * direction[i]!;
      const reached = objective(next, nextGradient);
      evaluations++;
      const isLower = reached <= value + SUFFICIENT_DECREASE * step * slope + ROUNDING * Math.abs(value);
      if (!isLower) high = step;
      else if (dot(nextGradient, direction) < CURVATURE * slope) low = step;
      else {
        isFound = true;
        value = reached;
      }
      step = Number.isFinite(high) ? (low + high) / 2 : 2 * low;
      // A function that only falls has no second condition to meet: further steps would leave the limit behind.
      if (!isFound && low > 0 && largest(next) > limit) {
        isFound = isLower;
        if (isLower) value = reached;
      }
    }
    if (!isFound) {
      if (isFresh) break;
      isFresh = true;
      continue;
    }
    learn(inverse, at, next, gradient, nextGradient, isFresh);
    isFresh = false;
    [at, next] = [next, at];
    [gradient, nextGradient] = [nextGradient, gradient];
  }
  return { at, value, converged: false, ranAway: largest(at) > limit, evaluations };
}

/** The matrix of second derivatives, row by row, by central differences of the gradient; 2 evaluations per variable. */
export function hessian(objective: Objective, at: Float64Array, step = 1e-4): Float64Array {
  const size = at.length;
  const found = new Float64Array(size * size);
  const near = at.slice();
  const above = new Float64Array(size);
  const below = new Float64Array(size);
  for (let i = 0; i < size; i++) {
    near[i] = at[i]! + step;
    objective(near, above);
    near[i] = at[i]! - step;
    objective(near, below);
    near[i] = at[i]!;
    for (let j = 0; j < size; j++) {
      const half = (above[j]! - below[j]!) / (4 * step);
      found[i * size + j]! += half;
      found[j * size + i]! += half;
    }
  }
  return found;
}

/** The inverse of a symmetric matrix by Cholesky's decomposition; undefined when it isn't positive definite. */
export function inverseOf(matrix: Float64Array): Float64Array | undefined {
  const size = Math.sqrt(matrix.length);
  const lower = new Float64Array(matrix.length);
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let rest = matrix[i * size + j]!;
      for (let k = 0; k < j; k++) rest -= lower[i * size + k]! * lower[j * size + k]!;
      if (i !== j) lower[i * size + j] = rest / lower[j * size + j]!;
      else if (rest > 0) lower[i * size + i] = Math.sqrt(rest);
      else return undefined;
    }
  }
  const inverse = new Float64Array(matrix.length);
  const column = new Float64Array(size);
  for (let unit = 0; unit < size; unit++) {
    for (let i = 0; i < size; i++) {
      let rest = i === unit ? 1 : 0;
      for (let k = 0; k < i; k++) rest -= lower[i * size + k]! * column[k]!;
      column[i] = rest / lower[i * size + i]!;
    }
    for (let i = size - 1; i >= 0; i--) {
      let rest = column[i]!;
      for (let k = i + 1; k < size; k++) rest -= lower[k * size + i]! * column[k]!;
      column[i] = rest / lower[i * size + i]!;
    }
    for (let i = 0; i < size; i++) inverse[i * size + unit] = column[i]!;
  }
  return inverse;
}

/** Writes the downhill direction, no longer than a step may be, and returns the slope along it. */
function descend(direction: Float64Array, inverse: Float64Array, gradient: Float64Array): number {
  const size = gradient.length;
  for (let i = 0; i < size; i++) {
    let sum = 0;
    for (let j = 0; j < size; j++) sum -= inverse[i * size + j]! * gradient[j]!;
    direction[i] = sum;
  }
  const longest = largest(direction);
  if (longest > LONGEST_STEP) for (let i = 0; i < size; i++) direction[i]! *= LONGEST_STEP / longest;
  return dot(gradient, direction);
}

/** Takes what a step has shown of the curvature into the inverse of the matrix of second derivatives. */
function learn(
  inverse: Float64Array,
  from: Float64Array,
  to: Float64Array,
  gradientFrom: Float64Array,
  gradientTo: Float64Array,
  isFresh: boolean,
): void {
  const size = from.length;
  const moved = to.map((value, i) => value - from[i]!);
  const turned = gradientTo.map((value, i) => value - gradientFrom[i]!);
  const curvature = dot(moved, turned);
  // Rounding can make it vanish close to the minimum.
  if (!(curvature > 0)) return;
  if (isFresh) identity(inverse, size, curvature / dot(turned, turned));
  const image = moved.map((_, i) => {
    let sum = 0;
    for (let j = 0; j < size; j++) sum += inverse[i * size + j]! * turned[j]!;
    return sum;
  });
  const stretch = (1 + dot(turned, image) / curvature) / curvature;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j < size; j++) {
      inverse[i * size + j]! +=
        stretch * moved[i]! * moved[j]! - (image[i]! * moved[j]! + moved[i]! * image[j]!) / curvature;
    }
  }
}

function identity(matrix: Float64Array, size: number, scale: number): void {
  matrix.fill(0);
  for (let i = 0; i < size; i++) matrix[i * size + i] = scale;
}

function dot(left: Float64Array, right: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < left.length; i++) sum += left[i]! * right[i]!;
  return sum;
}

function largest(values: Float64Array): number {
  let most = 0;
  for (const value of values) most = Math.max(most, Math.abs(value));
  return most;
}
