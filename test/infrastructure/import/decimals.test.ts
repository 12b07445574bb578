import fc from 'fast-check';
import { parseDecimal, roundedProduct } from '../../../src/infrastructure/import/decimals.js';

describe('decimals of a file', () => {
  it.each([
    ['6', { scaled: 6_000, text: '6' }],
    ['-2.50', { scaled: -2_500, text: '-2.5' }],
    ['+0.125', { scaled: 125, text: '0.125' }],
    ['1.0000', { scaled: 1_000, text: '1' }],
    ['-0', { scaled: 0, text: '0' }],
  ])('reads %s exactly', (raw, decimal) => {
    expect(parseDecimal(raw, 3)).toEqual(decimal);
  });

  it.each(['', '-', '.', '.5', '5.', '1e3', '1,000', '1.2345', '12 ', 'NaN', '1.2.3', '9999999999999999'])(
    'does not take "%s" for a number',
    (raw) => {
      expect(parseDecimal(raw, 3)).toBeUndefined();
    },
  );

  it('reads a decimal comma where it was told to, and no dot then', () => {
    expect(parseDecimal('2,55', 6, ',')?.text).toBe('2.55');
    expect(parseDecimal('1.250', 6, ',')).toBeUndefined();
  });

  it('rounds half away from zero, on both sides of it', () => {
    // 1.005 of a currency with two decimals: as a float it would be less than half a cent.
    expect(roundedProduct([1_000, 1_005_000], 9, 2)).toBe(101);
    expect(roundedProduct([-1_000, 1_005_000], 9, 2)).toBe(-101);
    expect(roundedProduct([1_000, 1_004_999], 9, 2)).toBe(100);
    expect(roundedProduct([1_000, 499_999], 9, 0)).toBe(0);
  });

  it('agrees with exact arithmetic, however large the numbers', () => {
    const factor = fc.integer({ min: -(10 ** 14), max: 10 ** 14 });
    fc.assert(
      fc.property(
        factor,
        fc.integer({ min: 0, max: 10 ** 10 }),
        fc.integer({ min: 0, max: 3 }),
        (one, other, digits) => {
          const exact = BigInt(one) * BigInt(other);
          const divisor = 10n ** BigInt(9 - digits);
          const size = exact < 0n ? -exact : exact;
          const rounded = (2n * size + divisor) / (2n * divisor);
          const expected = exact < 0n ? -rounded : rounded;
          const outcome = roundedProduct([one, other], 9, digits);
          if (size / divisor > 2n ** 53n) expect(outcome).toBeUndefined();
          else if (outcome !== undefined) expect(BigInt(outcome)).toBe(expected);
        },
      ),
    );
  });
});
