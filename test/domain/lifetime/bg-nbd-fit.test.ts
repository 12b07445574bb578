import fc from 'fast-check';
import type { BgNbdParameters } from '../../../src/domain/lifetime/bg-nbd.js';
import { type BgNbdDegeneracy, type BgNbdFit, fitBgNbd } from '../../../src/domain/lifetime/bg-nbd-fit.js';
import { logLikelihood } from '../../../src/domain/lifetime/bg-nbd-likelihood.js';
import { Random } from '../../../src/infrastructure/demo/random.js';
import { type Behaviour, simulatedCustomers } from '../../support/simulated-customers.js';

const behaviour: Behaviour = { r: 0.6, alpha: 40, a: 0.8, b: 3, p: 4, q: 4, v: 60 };
const names = ['r', 'alpha', 'a', 'b'] as const;

function simulated(name: string, changes: Partial<Behaviour> = {}, count = 4_000) {
  const random = new Random(name);
  return simulatedCustomers(() => random.next(), { ...behaviour, ...changes }, { count, days: 730 });
}

function found(fit: BgNbdFit) {
  if (fit.degenerate !== undefined) throw new Error(fit.degenerate);
  return fit;
}

function expectClose(one: BgNbdParameters, other: BgNbdParameters, digits: number): void {
  for (const name of names) expect(one[name] / other[name]).toBeCloseTo(1, digits);
}

describe('BG/NBD fitted to customers who behave as it says', () => {
  it.each(['one', 'two', 'three'])(
    'finds the parameters they were made with, within its standard errors (%s)',
    (name) => {
      const { parameters, standardErrors } = found(fitBgNbd(simulated(name)));
      for (const of of names) {
        expect(Math.abs(parameters[of] - behaviour[of])).toBeLessThan(2.5 * standardErrors[of]);
        expect(standardErrors[of]).toBeLessThan(0.3 * behaviour[of]);
      }
    },
  );

  it('tells standard errors as large as the parameters scatter from one such company to the next', () => {
    const fits = Array.from({ length: 24 }, (_, index) => found(fitBgNbd(simulated(`company ${index}`, {}, 2_000))));
    for (const of of names) {
      const logs = fits.map(({ parameters }) => Math.log(parameters[of]));
      const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
      const scatter = Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (logs.length - 1));
      const told = fits.reduce((sum, fit) => sum + fit.standardErrors[of] / fit.parameters[of], 0) / fits.length;
      // Of 24 values a standard deviation is known to a seventh.
      expect(scatter / told).toBeGreaterThan(0.6);
      expect(scatter / told).toBeLessThan(1.6);
    }
  });

  it('stops at a likelihood that no small step raises', () => {
    const customers = simulated('maximum');
    const { parameters, logLikelihood: highest, standardErrors } = found(fitBgNbd(customers));
    expect(logLikelihood(parameters, customers)).toBeCloseTo(highest, 6);
    for (const of of names) {
      for (const step of [-0.1, 0.1]) {
        const beside = { ...parameters, [of]: parameters[of] + step * standardErrors[of] };
        expect(logLikelihood(beside, customers)).toBeLessThan(highest);
      }
    }
  });

  it('finds the same for equal customers in one row with a weight, in any order', () => {
    const { frequency, recency, T } = simulated('weights', {}, 1_500);
    const twice = (values: Float64Array) => Float64Array.from([...values, ...values].reverse());
    const rows = found(fitBgNbd({ frequency: twice(frequency), recency: twice(recency), T: twice(T) }));
    const weights = new Float64Array(1_500).fill(2);
    const weighted = found(fitBgNbd({ frequency, recency, T, weights }));
    expectClose(rows.parameters, weighted.parameters, 6);
    expectClose(rows.standardErrors, weighted.standardErrors, 5);
    expect(rows.logLikelihood).toBeCloseTo(weighted.logLikelihood, 5);
    expect(weighted).toMatchObject({ customers: 3_000, repeaters: rows.repeaters });
  });

  it('finds the same in any unit of time, with α and its standard error in that unit', () => {
    const { frequency, recency, T } = simulated('units', {}, 1_500);
    const inDays = found(fitBgNbd({ frequency, recency, T }));
    const orders = frequency.reduce((sum, x) => sum + x, 0);
    fc.assert(
      fc.property(fc.constantFrom(1 / 7, 1 / 365.25, 86_400_000), (unit) => {
        const scaled = (values: Float64Array) => values.map((value) => value * unit);
        const fit = found(fitBgNbd({ frequency, recency: scaled(recency), T: scaled(T) }));
        const alphaIn = (of: BgNbdParameters) => ({ ...of, alpha: of.alpha * unit });
        expectClose(fit.parameters, alphaIn(inDays.parameters), 6);
        expectClose(fit.standardErrors, alphaIn(inDays.standardErrors), 5);
        expect(fit.logLikelihood + orders * Math.log(unit)).toBeCloseTo(inDays.logLikelihood, 4);
      }),
      { numRuns: 3 },
    );
  });
});

describe('BG/NBD, where customers determine no parameters, tells why and gives none', () => {
  function expectNone(fit: BgNbdFit, kind: BgNbdDegeneracy, told: RegExp): void {
    expect(fit).toMatchObject({ kind, converged: false, degenerate: expect.stringMatching(told) });
    expect(fit.parameters).toBeUndefined();
    expect(fit.standardErrors).toBeUndefined();
    expect(fit.logLikelihood).toBeUndefined();
  }

  it('when there are no customers, or none has ordered again', () => {
    expectNone(fitBgNbd({ frequency: [], recency: [], T: [] }), 'no repeats', /has ordered again/);
    expectNone(fitBgNbd({ frequency: [0, 0], recency: [0, 0], T: [5, 9] }), 'no repeats', /has ordered again/);
    expectNone(
      fitBgNbd({ frequency: [0, 3], recency: [0, 5], T: [5, 9], weights: [4, 0] }),
      'no repeats',
      /has ordered again/,
    );
  });

  it('when fewer have ordered again than are asked for', () => {
    const customers = simulated('few', {}, 300);
    const { repeaters } = fitBgNbd(customers);
    expectNone(
      fitBgNbd(customers, { minimumRepeaters: repeaters + 1 }),
      'too few repeaters',
      new RegExp(`Only ${repeaters} customers .* at least ${repeaters + 1}`),
    );
    expect(fitBgNbd(customers, { minimumRepeaters: repeaters }).converged).toBe(true);
  });

  it('when nobody leaves', () => {
    expectNone(fitBgNbd(simulated('loyal', { a: 1e-6, b: 10 })), 'nobody leaves', /chance to leave goes to 0/);
  });

  it('when there is a maximum, but one that a customer or two make', () => {
    const customers = simulated('nobody leaves3', { a: 1e-6, b: 10 }, 3_000);
    expectNone(fitBgNbd(customers), 'nobody leaves', /chance to leave goes to 0/);
  });

  it('when everybody leaves at the first repeat order', () => {
    expectNone(fitBgNbd(simulated('fickle', { a: 1e4, b: 1 })), 'everybody leaves', /chance to leave goes to 1/);
  });

  it('when all leave with the same chance', () => {
    const { frequency, recency, T } = simulated('leaving alike', { a: 6e5, b: 24e5 }, 4_000);
    expectNone(fitBgNbd({ frequency, recency, T }), 'all leave alike', /a and b grow together/);
  });

  it('when all order at the same rate', () => {
    expectNone(fitBgNbd(simulated('clockwork', { r: 1e5, alpha: 3e6 })), 'all order alike', /r and alpha grow/);
  });

  it('when there is only one customer, however many orders', () => {
    const fit = fitBgNbd({ frequency: [12], recency: [300], T: [340] });
    expect(fit.converged).toBe(false);
    expect(fit.degenerate).toMatch(/likelihood/);
  });
});

describe('BG/NBD refuses rows that can be no customers', () => {
  const good = { frequency: [2, 0], recency: [5, 0], T: [9, 4] };

  it.each([
    ['more orders than recencies', { ...good, recency: [5] }, /2 frequencies, but 1 values of recency/],
    ['half an order', { ...good, frequency: [2, 0.5] }, /Row 1 .*whole number/],
    ['fewer than no orders', { ...good, frequency: [-1, 0] }, /Row 0 .*whole number/],
    ['a last order after the end', { ...good, T: [4, 4] }, /Row 0 .*between 0 and T/],
    ['a last order before the first', { ...good, recency: [-1, 0] }, /Row 0 .*between 0 and T/],
    ['a recency without a repeat order', { ...good, recency: [5, 1] }, /Row 1 .*recency is 0/],
    ['an endless observation', { ...good, T: [Number.POSITIVE_INFINITY, 4] }, /Row 0 .*finite/],
    ['no number', { ...good, T: [Number.NaN, 4] }, /Row 0 .*between 0 and T/],
    ['a weight below 0', { ...good, weights: [1, -1] }, /Row 1 .*weight/],
  ])('%s', (_, rows, told) => {
    expect(() => fitBgNbd(rows)).toThrow(RangeError);
    expect(() => fitBgNbd(rows)).toThrow(told);
  });
});
