import fc from 'fast-check';
import { expectedPurchases, probabilityAlive } from '../../../src/domain/lifetime/bg-nbd.js';
import { expectedAverageValue } from '../../../src/domain/lifetime/gamma-gamma.js';
import { discountedPurchases, lifetimeValue, prospects } from '../../../src/domain/lifetime/lifetime-value.js';
import { Random } from '../../../src/infrastructure/demo/random.js';
import { type Behaviour, simulatedCustomers } from '../../support/simulated-customers.js';

const behaviour: Behaviour = { r: 0.6, alpha: 40, a: 0.8, b: 3, p: 4, q: 4, v: 60 };
const models = { orders: behaviour, spend: behaviour };
const customer = { frequency: 5, recency: 300, T: 340, averageValue: 75 };
const months = { periodLength: 30, periods: 24, discountRate: 0.01 };

function simulated(name: string, count: number, ahead = 0) {
  const random = new Random(name);
  return simulatedCustomers(() => random.next(), behaviour, { count, days: 730, ahead });
}

describe('the expected value of what a customer will still bring', () => {
  it('is the expected orders of each period, discounted from its end, at the expected average value', () => {
    let byHand = 0;
    for (let month = 1; month <= 24; month++) {
      const orders = expectedPurchases(behaviour, customer, month * 30);
      byHand += (orders - expectedPurchases(behaviour, customer, (month - 1) * 30)) / 1.01 ** month;
    }
    expect(discountedPurchases(behaviour, customer, months)).toBeCloseTo(byHand, 10);
    expect(lifetimeValue(models, customer, months)).toBeCloseTo(byHand * expectedAverageValue(behaviour, customer), 8);
  });

  it('without discounting does not depend on how the time is cut up', () => {
    const whole = expectedPurchases(behaviour, customer, 720);
    for (const periods of [1, 24, 720]) {
      const horizon = { periods, periodLength: 720 / periods, discountRate: 0 };
      expect(discountedPurchases(behaviour, customer, horizon)).toBeCloseTo(whole, 10);
    }
    expect(discountedPurchases(behaviour, customer, { ...months, discountRate: 1e-12 })).toBeCloseTo(whole, 8);
  });

  it('without an end is what long horizons come to', () => {
    const horizon = { periodLength: 365, discountRate: 0.1 };
    const endless = discountedPurchases(behaviour, customer, { ...horizon, periods: Number.POSITIVE_INFINITY });
    const long = discountedPurchases(behaviour, customer, { ...horizon, periods: 600 });
    expect(endless / long).toBeCloseTo(1, 8);
    expect(discountedPurchases(behaviour, customer, { ...horizon, periods: 20 })).toBeLessThan(endless);
  });

  it('rises with the horizon and falls with the discount', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 40 }), fc.double({ min: 0, max: 0.2, noNaN: true }), (periods, rate) => {
        const horizon = { periodLength: 30, periods, discountRate: rate };
        const value = lifetimeValue(models, customer, horizon);
        expect(lifetimeValue(models, customer, { ...horizon, periods: periods + 1 })).toBeGreaterThan(value);
        expect(lifetimeValue(models, customer, { ...horizon, discountRate: rate + 0.01 })).toBeLessThan(value);
      }),
    );
  });

  it.each([
    ['half a period', { periods: 1.5 }],
    ['a horizon behind us', { periods: -1 }],
    ['periods of no length', { periodLength: 0 }],
    ['a discount below 0', { discountRate: -0.1 }],
    ['a sum without an end', { periods: Number.POSITIVE_INFINITY, discountRate: 0 }],
  ])('refuses %s', (_, changes) => {
    expect(() => lifetimeValue(models, customer, { ...months, ...changes })).toThrow(RangeError);
    const none = { frequency: [], recency: [], T: [], averageValue: [] };
    expect(() => prospects(models, none, { ...months, ...changes })).toThrow(RangeError);
  });
});

describe('the prospects of many customers', () => {
  it('are those of each of them', () => {
    const customers = simulated('prospects', 200);
    const all = prospects(models, customers, months);
    for (const row of customers.frequency.keys()) {
      const one = {
        frequency: customers.frequency[row]!,
        recency: customers.recency[row]!,
        T: customers.T[row]!,
        averageValue: customers.averageValue[row]!,
      };
      expect(all.probabilityAlive[row]).toBe(probabilityAlive(behaviour, one));
      expect(all.expectedPurchases[row]).toBeCloseTo(expectedPurchases(behaviour, one, 720), 10);
      expect(all.expectedAverageValue[row]).toBe(expectedAverageValue(behaviour, one));
      expect(all.lifetimeValue[row]).toBeCloseTo(lifetimeValue(models, one, months), 8);
    }
  });

  it('add up to the orders that come, of customers who behave as the model says', () => {
    const customers = simulated('what came', 6_000, 360);
    const { expectedPurchases: expected } = prospects(models, customers, { ...months, periods: 12 });
    const sum = (values: Float64Array) => values.reduce((total, value) => total + value, 0);
    expect(sum(expected) / sum(customers.later)).toBeGreaterThan(0.95);
    expect(sum(expected) / sum(customers.later)).toBeLessThan(1.05);
  });

  it('know no number of orders without an end, but a value', () => {
    const customers = simulated('endless', 5);
    const horizon = { periodLength: 365, discountRate: 0.1, periods: Number.POSITIVE_INFINITY };
    const all = prospects(models, customers, horizon);
    expect([...all.expectedPurchases]).toEqual(Array(5).fill(Number.NaN));
    expect(all.lifetimeValue.every((value) => value > 0 && Number.isFinite(value))).toBe(true);
  });
});
