import fc from 'fast-check';
import { npv, ratePerPeriod } from '../../../src/domain/lifetime/npv.js';

const between = (min: number, max: number) => fc.double({ min, max, noNaN: true });
const stream = fc.record({
  margin: fc.integer({ min: -1_000_000, max: 1_000_000 }),
  retention: between(0, 1),
  discountRate: between(0, 0.5),
});
const endless = Number.POSITIVE_INFINITY;

describe('the net present value of a margin that keeps coming', () => {
  it('is the sum of what comes each period, with the first margin one period away', () => {
    expect(npv({ margin: 100, retention: 0.8, discountRate: 0.1, horizon: 2 })).toBeCloseTo(
      (100 * 0.8) / 1.1 + (100 * 0.64) / 1.21,
      10,
    );
    fc.assert(
      fc.property(stream, fc.integer({ min: 1, max: 60 }), ({ margin, retention, discountRate }, horizon) => {
        let sum = 0;
        for (let t = 1; t <= horizon; t++) sum += (margin * retention ** t) / (1 + discountRate) ** t;
        const value = npv({ margin, retention, discountRate, horizon });
        expect(Math.abs(value - sum)).toBeLessThanOrEqual(1e-9 * Math.abs(sum) + 1e-12);
      }),
    );
  });

  it('without an end is m·r/(1+d−r), which long horizons come to', () => {
    expect(npv({ margin: 100, retention: 0.8, discountRate: 0.1, horizon: endless })).toBeCloseTo(80 / 0.3, 10);
    fc.assert(
      fc.property(stream, (of) => {
        fc.pre(of.retention / (1 + of.discountRate) < 0.999);
        const whole = npv({ ...of, horizon: endless });
        expect(npv({ ...of, horizon: 100_000 })).toBeCloseTo(whole, 6);
      }),
    );
  });

  it('is nothing where nobody stays, or nothing is looked ahead', () => {
    for (const horizon of [1, 30, endless]) {
      expect(npv({ margin: 100, retention: 0, discountRate: 0.1, horizon })).toBe(0);
    }
    expect(npv({ margin: 100, retention: 0.9, discountRate: 0.1, horizon: 0 })).toBe(0);
  });

  it('where all stay and nothing is discounted is the margin times the periods, and smooth close to it', () => {
    expect(npv({ margin: 100, retention: 1, discountRate: 0, horizon: 12 })).toBe(1_200);
    expect(npv({ margin: 100, retention: 1, discountRate: 1e-12, horizon: 12 })).toBeCloseTo(1_200, 6);
    expect(npv({ margin: 100, retention: 1, discountRate: 1e-12, horizon: endless }) / 1e14).toBeCloseTo(1, 9);
  });

  it('rises with retention and horizon, falls with the discount, and is in proportion to the margin', () => {
    fc.assert(
      fc.property(
        between(0.01, 0.98),
        between(0, 0.5),
        fc.integer({ min: 1, max: 40 }),
        (retention, discountRate, n) => {
          const base = { margin: 100, retention, discountRate, horizon: n };
          const value = npv(base);
          expect(npv({ ...base, retention: retention + 0.01 })).toBeGreaterThan(value);
          expect(npv({ ...base, discountRate: discountRate + 0.01 })).toBeLessThan(value);
          expect(npv({ ...base, horizon: n + 1 })).toBeGreaterThanOrEqual(value);
          expect(npv({ ...base, horizon: endless })).toBeGreaterThanOrEqual(value * (1 - 1e-12));
          expect(npv({ ...base, margin: -250 })).toBeCloseTo(-2.5 * value, 8);
        },
      ),
    );
  });

  it.each([
    ['a retention above 1', { retention: 1.1 }],
    ['a retention below 0', { retention: -0.1 }],
    ['a discount of everything', { discountRate: -1 }],
    ['half a period', { horizon: 2.5 }],
    ['a horizon behind us', { horizon: -1 }],
    ['no margin', { margin: Number.NaN }],
    ['a sum without an end', { retention: 1, discountRate: 0, horizon: endless }],
  ])('refuses %s', (_, changes) => {
    expect(() => npv({ margin: 100, retention: 0.8, discountRate: 0.1, horizon: 5, ...changes })).toThrow(RangeError);
  });
});

describe('the rate per period', () => {
  it('over the periods of a year comes to the rate of the year', () => {
    fc.assert(
      fc.property(between(0, 0.5), fc.constantFrom(1, 4, 12, 365), (rate, periods) => {
        expect((1 + ratePerPeriod(rate, periods)) ** periods).toBeCloseTo(1 + rate, 10);
      }),
    );
  });
});
