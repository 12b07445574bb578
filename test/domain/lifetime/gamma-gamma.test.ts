import fc from 'fast-check';
import { expectedAverageValue, type GammaGammaParameters } from '../../../src/domain/lifetime/gamma-gamma.js';
import { fitGammaGamma, type GammaGammaFit } from '../../../src/domain/lifetime/gamma-gamma-fit.js';
import { spendLogLikelihood } from '../../../src/domain/lifetime/gamma-gamma-likelihood.js';
import { Random } from '../../../src/infrastructure/demo/random.js';
import { type Behaviour, simulatedCustomers } from '../../support/simulated-customers.js';

const behaviour: Behaviour = { r: 0.6, alpha: 40, a: 0.8, b: 3, p: 4, q: 4, v: 60 };
const names = ['p', 'q', 'v'] as const;

function simulated(name: string, changes: Partial<Behaviour> = {}, count = 4_000) {
  const random = new Random(name);
  return simulatedCustomers(() => random.next(), { ...behaviour, ...changes }, { count, days: 730 });
}

function found(fit: GammaGammaFit) {
  if (fit.degenerate !== undefined) throw new Error(fit.degenerate);
  return fit;
}

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const parameters: fc.Arbitrary<GammaGammaParameters> = fc.record({
  p: between(0.1, 20),
  q: between(1.1, 20),
  v: between(0.1, 100),
});
const spend = fc.record({ frequency: fc.integer({ min: 1, max: 50 }), averageValue: between(0.1, 1_000) });

describe('the expected average value of a customer', () => {
  it('is that of all customers for who has not ordered again', () => {
    expect(expectedAverageValue({ p: 6.25, q: 3.74, v: 15.44 }, { frequency: 0, averageValue: 0 })).toBeCloseTo(
      (6.25 * 15.44) / 2.74,
      12,
    );
  });

  it('lies between that of all and its own, and comes closer to its own with each order of the same average', () => {
    fc.assert(
      fc.property(parameters, spend, (model, customer) => {
        const ofAll = expectedAverageValue(model, { frequency: 0, averageValue: 0 });
        const expected = expectedAverageValue(model, customer);
        const { averageValue: own } = customer;
        expect(expected).toBeGreaterThanOrEqual(Math.min(ofAll, own) * (1 - 1e-12));
        expect(expected).toBeLessThanOrEqual(Math.max(ofAll, own) * (1 + 1e-12));
        const more = expectedAverageValue(model, { ...customer, frequency: customer.frequency + 1 });
        expect(Math.abs(more - own)).toBeLessThanOrEqual(Math.abs(expected - own) + 1e-9 * own);
      }),
    );
  });

  it('is the same in another unit of money, v with it', () => {
    fc.assert(
      fc.property(parameters, spend, between(0.01, 100), (model, { frequency, averageValue }, unit) => {
        const inUnit = expectedAverageValue(
          { ...model, v: model.v * unit },
          { frequency, averageValue: averageValue * unit },
        );
        expect(inUnit / unit / expectedAverageValue(model, { frequency, averageValue })).toBeCloseTo(1, 9);
      }),
    );
  });

  it('does not exist where the averages have no mean', () => {
    const boundless = { p: 2, q: 1, v: 5 };
    expect(() => expectedAverageValue(boundless, { frequency: 3, averageValue: 9 })).toThrow(RangeError);
  });
});

describe('Gamma-Gamma fitted to customers who spend as it says', () => {
  it.each(['one', 'two', 'three'])(
    'finds the parameters they were made with, within its standard errors (%s)',
    (name) => {
      const { parameters: values, standardErrors } = found(fitGammaGamma(simulated(name)));
      for (const of of names) {
        expect(Math.abs(values[of] - behaviour[of])).toBeLessThan(2.5 * standardErrors[of]);
        expect(standardErrors[of]).toBeLessThan(0.3 * behaviour[of]);
      }
    },
  );

  it('tells standard errors as large as the parameters scatter from one such company to the next', () => {
    const fits = Array.from({ length: 24 }, (_, index) => found(fitGammaGamma(simulated(`town ${index}`, {}, 1_500))));
    for (const of of names) {
      const logs = fits.map((fit) => Math.log(fit.parameters[of]));
      const mean = logs.reduce((sum, log) => sum + log, 0) / logs.length;
      const scatter = Math.sqrt(logs.reduce((sum, log) => sum + (log - mean) ** 2, 0) / (logs.length - 1));
      const told = fits.reduce((sum, fit) => sum + fit.standardErrors[of] / fit.parameters[of], 0) / fits.length;
      // Of 24 values a standard deviation is known to a seventh.
      expect(scatter / told).toBeGreaterThan(0.6);
      expect(scatter / told).toBeLessThan(1.6);
    }
  });

  it('looks only at who has ordered again, and sees equal customers in one row with a weight', () => {
    const { frequency, averageValue } = simulated('weights', {}, 1_500);
    const repeating = Array.from(frequency.keys()).filter((row) => frequency[row]! > 0);
    const only = (values: Float64Array) => repeating.map((row) => values[row]!);
    const all = found(fitGammaGamma({ frequency, averageValue, weights: new Float64Array(1_500).fill(2) }));
    const twice = (values: number[]) => [...values, ...values];
    const rows = found(fitGammaGamma({ frequency: twice(only(frequency)), averageValue: twice(only(averageValue)) }));
    for (const of of names) expect(all.parameters[of] / rows.parameters[of]).toBeCloseTo(1, 6);
    for (const of of names) expect(all.standardErrors[of] / rows.standardErrors[of]).toBeCloseTo(1, 5);
    expect(all.logLikelihood).toBeCloseTo(rows.logLikelihood, 5);
    expect(all.correlation!).toBeCloseTo(rows.correlation!, 9);
    expect(all).toMatchObject({ customers: 3_000, repeaters: 2 * repeating.length });
    expect(spendLogLikelihood(all.parameters, { frequency, averageValue })).toBeCloseTo(all.logLikelihood / 2, 5);
  });

  it('finds the same in any unit of money, with v and its standard error in that unit', () => {
    const { frequency, averageValue } = simulated('units', {}, 1_500);
    const inEuros = found(fitGammaGamma({ frequency, averageValue }));
    for (const unit of [100, 1 / 25_000]) {
      const fit = found(fitGammaGamma({ frequency, averageValue: averageValue.map((value) => value * unit) }));
      for (const of of names) {
        const factor = of === 'v' ? unit : 1;
        expect(fit.parameters[of] / inEuros.parameters[of] / factor).toBeCloseTo(1, 6);
        expect(fit.standardErrors[of] / inEuros.standardErrors[of] / factor).toBeCloseTo(1, 5);
      }
      expect(fit.logLikelihood + fit.repeaters * Math.log(unit)).toBeCloseTo(inEuros.logLikelihood, 5);
    }
  });

  it('tells how far frequency and value go together, which the model supposes they do not', () => {
    const { frequency, averageValue } = simulated('related');
    expect(Math.abs(found(fitGammaGamma({ frequency, averageValue })).correlation!)).toBeLessThan(0.1);
    const related = averageValue.map((value, row) => value * (1 + frequency[row]!));
    expect(found(fitGammaGamma({ frequency, averageValue: related })).correlation!).toBeGreaterThan(0.5);
  });
});

describe('Gamma-Gamma, where customers determine no parameters, tells why and gives none', () => {
  it.each([
    ['nobody has ordered again', { frequency: [0], averageValue: [0] }, 'no repeats'],
    ['all customers spend alike', simulated('alike', { q: 1e6, v: 1e7 }), 'all spend alike'],
    ['the orders of a customer are all of one value', simulated('flat rate', { p: 1e7 }), 'orders never vary'],
    ['averages have no mean', simulated('boundless', { q: 0.7 }), 'no finite mean'],
  ])('when %s', (_, customers, kind) => {
    const fit = fitGammaGamma(customers);
    expect(fit).toMatchObject({ kind, converged: false, degenerate: expect.stringMatching(/\.$/) });
    expect(fit.parameters).toBeUndefined();
    expect(fit.standardErrors).toBeUndefined();
  });

  it('when fewer have ordered again than are asked for', () => {
    const fit = fitGammaGamma(simulated('few', {}, 200), { minimumRepeaters: 1_000 });
    expect(fit).toMatchObject({ kind: 'too few repeaters', degenerate: expect.stringMatching(/at least 1000/) });
  });

  it('refuses an average value that is none', () => {
    for (const value of [0, -5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => fitGammaGamma({ frequency: [0, 2], averageValue: [0, value] })).toThrow(/Row 1 .*above 0/);
    }
  });
});
