import fc from 'fast-check';
import {
  type BgNbdParameters,
  expectedPurchases,
  expectedPurchasesIfAlive,
  expectedPurchasesOfNewCustomer,
  probabilityAlive,
  type Summary,
} from '../../../src/domain/lifetime/bg-nbd.js';
import { logLikelihood } from '../../../src/domain/lifetime/bg-nbd-likelihood.js';

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const parameters: fc.Arbitrary<BgNbdParameters> = fc.record({
  r: between(0.05, 20),
  alpha: between(0.1, 50),
  a: fc.oneof(between(0.05, 10), fc.constant(1)),
  b: between(0.05, 20),
});
const summary: fc.Arbitrary<Summary> = fc
  .record({ frequency: fc.nat({ max: 60 }), T: between(1, 200), share: between(0, 1) })
  .map(({ frequency, T, share }) => ({ frequency, T, recency: frequency === 0 ? 0 : share * T }));
const summaries = fc.array(summary, { minLength: 1, maxLength: 20 });

function columnsOf(rows: readonly Summary[]) {
  return {
    frequency: rows.map(({ frequency }) => frequency),
    recency: rows.map(({ recency }) => recency),
    T: rows.map(({ T }) => T),
  };
}

/** Equal but for the last digits that sums of doubles differ in. */
function expectSame(one: number, other: number, digits = 9): void {
  expect(Math.abs(one - other)).toBeLessThanOrEqual(10 ** -digits * Math.max(1, Math.abs(one), Math.abs(other)));
}

describe('the probability that a customer still orders', () => {
  it('lies above 0 and up to 1', () => {
    fc.assert(
      fc.property(parameters, summary, (model, customer) => {
        const alive = probabilityAlive(model, customer);
        expect(alive).toBeGreaterThan(0);
        expect(alive).toBeLessThanOrEqual(1);
      }),
    );
  });

  it('is 1 for who never ordered again, however long ago', () => {
    fc.assert(
      fc.property(parameters, between(0, 10_000), (model, T) => {
        expect(probabilityAlive(model, { frequency: 0, recency: 0, T })).toBe(1);
      }),
    );
  });

  it('falls the longer a customer who had ordered again is silent', () => {
    fc.assert(
      fc.property(parameters, summary, between(1, 100), (model, customer, longer) => {
        fc.pre(customer.frequency > 0);
        const later = { ...customer, T: customer.T + longer };
        expect(probabilityAlive(model, later)).toBeLessThan(probabilityAlive(model, customer));
      }),
    );
  });

  it('is b+x−1 in a+b+x−1 right after an order', () => {
    fc.assert(
      fc.property(parameters, summary, (model, { frequency, T }) => {
        fc.pre(frequency > 0);
        const { a, b } = model;
        const alive = probabilityAlive(model, { frequency, recency: T, T });
        expectSame(alive, (b + frequency - 1) / (a + b + frequency - 1), 12);
      }),
    );
  });
});

describe('the expected number of orders', () => {
  it('is none in no time, and never falls with time', () => {
    fc.assert(
      fc.property(parameters, summary, between(0.01, 300), between(0.01, 300), (model, customer, t, more) => {
        expect(expectedPurchases(model, customer, 0)).toBe(0);
        const until = expectedPurchases(model, customer, t);
        expect(until).toBeGreaterThan(0);
        // In the end nothing more is to come, and what is left of the rise is less than a double's last digits.
        expect(expectedPurchases(model, customer, t + more)).toBeGreaterThanOrEqual(until * (1 - 1e-12));
      }),
    );
  });

  it('rises while there is anything to come', () => {
    const model = { r: 0.25, alpha: 4.5, a: 0.8, b: 2.4 };
    const customer = { frequency: 3, recency: 20, T: 30 };
    const expected = [0, 1, 10, 100, 1_000].map((t) => expectedPurchases(model, customer, t));
    expect(expected).toEqual(expected.toSorted((one, other) => one - other));
    expect(new Set(expected).size).toBe(5);
  });

  it('rises ever more slowly: of two equal stretches the later one brings less', () => {
    fc.assert(
      fc.property(parameters, summary, between(1, 100), (model, customer, t) => {
        const until = expectedPurchases(model, customer, t);
        const twice = expectedPurchases(model, customer, 2 * t);
        expect(twice - until).toBeLessThanOrEqual(until * (1 + 1e-9));
      }),
    );
  });

  it('of a stretch in two parts is that of the first, and of the second in what the first can have come to', () => {
    // After t, a customer who is there without an order is one of the same frequency and t more of silence; with orders,
    // the law of total expectation needs all their moments: taken over a step short enough to hold one order at most.
    fc.assert(
      fc.property(parameters, summary, between(1, 100), (model, { frequency, T }, t) => {
        const { r, alpha, a, b } = model;
        const step = 1e-5;
        const rate = (r + frequency) / (alpha + T);
        const stays = (b + frequency) / (a + b + frequency);
        const quiet = expectedPurchasesIfAlive(model, frequency, T + step, t);
        const ordered = 1 + stays * expectedPurchasesIfAlive(model, frequency + 1, T + step, t);
        const whole = expectedPurchasesIfAlive(model, frequency, T, t + step);
        const inParts = (1 - rate * step) * quiet + rate * step * ordered;
        expect(Math.abs(whole - inParts)).toBeLessThan(1e-8 * (1 + rate) ** 2 * Math.max(1, whole));
      }),
    );
  });

  it('is what the published formula says, where that can be worked out', () => {
    fc.assert(
      fc.property(parameters, summary, between(0.5, 20), (model, customer, t) => {
        const { r, alpha, a, b } = model;
        const { frequency: x, T } = customer;
        fc.pre(Math.abs(a - 1) > 0.05 && a + b + x - 1 > 0.05 && T + alpha > t);
        const z = t / (alpha + T + t);
        let term = 1;
        let series = 1;
        for (let j = 0; j < 20_000 && term > series * 1e-17; j++) {
          term *= (((r + x + j) * (b + x + j)) / ((a + b + x - 1 + j) * (j + 1))) * z;
          series += term;
        }
        const stays = ((alpha + T) / (alpha + T + t)) ** (r + x);
        const published = ((a + b + x - 1) / (a - 1)) * (1 - stays * series) * probabilityAlive(model, customer);
        expectSame(expectedPurchases(model, customer, t), published, 8);
      }),
    );
  });

  it('of who can hardly leave comes to the rate of ordering times the time', () => {
    const model = { r: 3, alpha: 6, a: 1e-9, b: 5 };
    expectSame(expectedPurchasesIfAlive(model, 4, 8, 10), ((3 + 4) / (6 + 8)) * 10, 7);
    expectSame(expectedPurchasesOfNewCustomer(model, 10), (3 / 6) * 10, 7);
  });

  it('is smooth where the published formula divides nothing by nothing', () => {
    const model = { r: 0.7, alpha: 3, a: 1, b: 2 };
    const near = (a: number, b: number) => expectedPurchasesIfAlive({ ...model, a, b }, 0, 12, 26);
    expectSame(near(1, 2), (near(1 - 1e-6, 2) + near(1 + 1e-6, 2)) / 2, 10);
    expectSame(near(0.4, 0.6), (near(0.4, 0.6 - 1e-6) + near(0.4, 0.6 + 1e-6)) / 2, 10);
  });

  it('of a customer with thousands of orders is finite and near its rate', () => {
    const model = { r: 0.25, alpha: 4, a: 0.8, b: 2.5 };
    const expected = expectedPurchases(model, { frequency: 5_000, recency: 500, T: 500 }, 52);
    expect(expected).toBeCloseTo(495.765922873713, 9);
  });

  it('refuses a time that is none', () => {
    const model = { r: 1, alpha: 1, a: 1, b: 1 };
    expect(() => expectedPurchasesOfNewCustomer(model, -1)).toThrow(RangeError);
    expect(() => expectedPurchasesOfNewCustomer(model, Number.POSITIVE_INFINITY)).toThrow(RangeError);
    expect(() => expectedPurchasesOfNewCustomer(model, Number.NaN)).toThrow(RangeError);
  });
});

describe('a sum that would have no end', () => {
  it.each([
    ['no parameter', { r: Number.NaN, alpha: 1, a: 1, b: 1 }, 52],
    ['a parameter of 0', { r: 1, alpha: 1, a: 0, b: 1 }, 52],
    ['an endless parameter', { r: 1, alpha: 1, a: 1, b: Number.POSITIVE_INFINITY }, 52],
    ['an alpha that vanishes beside the time', { r: 1, alpha: 1e-30, a: 1, b: 1 }, 52],
  ])('is refused: %s', (_, model, t) => {
    expect(() => expectedPurchasesOfNewCustomer(model, t)).toThrow(RangeError);
  });
});

describe('the likelihood of customers', () => {
  it('is the sum of the formula over them', () => {
    fc.assert(
      fc.property(parameters, summaries, (model, rows) => {
        const { r, alpha, a, b } = model;
        let expected = 0;
        for (const { frequency: x, recency, T } of rows) {
          for (let k = 0; k < x; k++) expected += Math.log(r + k) + Math.log(b + k) - Math.log(a + b + k);
          const there = -(r + x) * Math.log(alpha + T);
          const left = Math.log(a / (b + x - 1)) - (r + x) * Math.log(alpha + recency);
          expected += r * Math.log(alpha) + there + (x > 0 ? Math.log1p(Math.exp(left - there)) : 0);
        }
        expectSame(logLikelihood(model, columnsOf(rows)), expected);
      }),
    );
  });

  it('does not depend on the order of the rows, nor on whether equal customers are one row or several', () => {
    fc.assert(
      fc.property(
        parameters,
        fc.array(fc.tuple(summary, fc.integer({ min: 0, max: 4 })), { minLength: 1, maxLength: 12 }),
        (model, weighted) => {
          const rows = weighted.map(([row]) => row);
          const weights = weighted.map(([, weight]) => weight);
          const single = weighted.flatMap(([row, weight]) => Array.from({ length: weight }, () => row)).reverse();
          const together = logLikelihood(model, { ...columnsOf(rows), weights });
          expectSame(together, logLikelihood(model, columnsOf(single)));
          const halves = { ...columnsOf([...rows, ...rows]), weights: [...weights, ...weights].map((w) => w / 2) };
          expectSame(together, logLikelihood(model, halves));
        },
      ),
    );
  });

  it('in another unit of time, α with it, differs by the density of the orders only', () => {
    fc.assert(
      fc.property(parameters, summaries, between(0.01, 1_000), (model, rows, unit) => {
        const other = rows.map(({ frequency, recency, T }) => ({ frequency, recency: recency * unit, T: T * unit }));
        const orders = rows.reduce((sum, { frequency }) => sum + frequency, 0);
        expectSame(
          logLikelihood({ ...model, alpha: model.alpha * unit }, columnsOf(other)) + orders * Math.log(unit),
          logLikelihood(model, columnsOf(rows)),
        );
      }),
    );
  });
});
