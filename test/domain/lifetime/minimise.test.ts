import fc from 'fast-check';
import { hessian, inverseOf, minimise, type Objective } from '../../../src/domain/lifetime/minimise.js';

/** Rosenbrock's valley: curved, with its minimum of 0 at (1, 1). */
const valley: Objective = ([x = 0, y = 0], gradient) => {
  gradient[0] = -400 * x * (y - x * x) - 2 * (1 - x);
  gradient[1] = 200 * (y - x * x);
  return 100 * (y - x * x) ** 2 + (1 - x) ** 2;
};

/** Falls for ever to the right. */
const slope: Objective = ([x = 0], gradient) => {
  gradient[0] = -Math.exp(-x / 1e3);
  return 1e3 * Math.exp(-x / 1e3);
};

/** A hollow with its minimum at 0 in a plain that is all but level. */
const hollow: Objective = ([x = 0], gradient) => {
  gradient[0] = x * Math.exp(-x * x);
  return -Math.exp(-x * x) / 2;
};

const coordinate = fc.double({ min: -4, max: 4, noNaN: true });

describe('the search for a minimum', () => {
  it('finds the end of a curved valley from anywhere', () => {
    fc.assert(
      fc.property(coordinate, coordinate, (x, y) => {
        const found = minimise(valley, [x, y], { limit: 1e3 });
        expect(found).toMatchObject({ converged: true, ranAway: false });
        expect(found.at[0]).toBeCloseTo(1, 7);
        expect(found.at[1]).toBeCloseTo(1, 7);
        expect(found.evaluations).toBeLessThan(300);
      }),
    );
  });

  it('leaves a plain with ever longer steps', () => {
    const found = minimise(hollow, [3], { limit: 12 });
    expect(found.converged).toBe(true);
    expect(found.at[0]).toBeCloseTo(0, 7);
    expect(found.evaluations).toBeLessThan(40);
  });

  it('tells when it runs away to where there is none', () => {
    const found = minimise(slope, [0], { limit: 12 });
    expect(found).toMatchObject({ converged: false, ranAway: true });
    expect(found.at[0]).toBeGreaterThan(12);
    expect(found.evaluations).toBeLessThan(50);
  });

  it('tells when the function is no number', () => {
    expect(minimise(() => Number.NaN, [1], { limit: 12 })).toMatchObject({ converged: false });
  });

  it('knows the curvature there, and its inverse', () => {
    const curvature = hessian(valley, Float64Array.of(1, 1));
    for (const [index, value] of [802, -400, -400, 200].entries()) expect(curvature[index]! / value).toBeCloseTo(1, 6);
    const inverse = inverseOf(Float64Array.of(802, -400, -400, 200))!;
    for (const [index, value] of [0.5, 1, 1, 2.005].entries()) expect(inverse[index]).toBeCloseTo(value, 9);
    expect(inverseOf(Float64Array.of(1, 2, 2, 1))).toBeUndefined();
  });
});
