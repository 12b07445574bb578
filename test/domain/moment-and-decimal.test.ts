import fc from 'fast-check';
import { compareDecimals, decimalText, quantityText, thousandths } from '../../src/domain/decimal.js';
import { duringDay, localDays, mustHaveHappened, toInstant } from '../../src/domain/moment.js';
import { moment } from '../support/given.js';

describe('an instant', () => {
  it.each([
    ['2026-03-01T09:30:00Z', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01T09:30Z', '2026-03-01T09:30:00.000Z'],
    ['2026-03-01T09:30:00.1234567+01:00', '2026-03-01T08:30:00.123Z'],
    ['2024-02-29T00:00:00Z', '2024-02-29T00:00:00.000Z'],
  ])('%s is %s', (text, instant) => {
    expect(toInstant(text)).toBe(instant);
  });

  it.each([
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-01-00T00:00:00Z',
    '2026-01-01T24:00:00Z',
    '2026-01-01T10:00:00',
    '2026-01-01',
    'tomorrow',
    '',
    5,
    null,
  ])('%s is none', (text) => {
    expect(toInstant(text)).toBeUndefined();
  });

  it('may be five minutes ahead of our clock, no more', () => {
    expect(() => mustHaveHappened('2026-06-15T10:05:00.000Z', '2026-06-15T10:00:00.000Z')).not.toThrow();
    expect(() => mustHaveHappened('2026-06-15T10:05:00.001Z', '2026-06-15T10:00:00.000Z')).toThrow(
      "can't have happened",
    );
  });

  it('of which only the day is told falls on that day, in every time zone', () => {
    for (const zone of ['Europe/Amsterdam', 'Pacific/Kiritimati', 'Pacific/Pago_Pago', 'Pacific/Auckland']) {
      const localDay = localDays(zone);
      const at = duringDay('2026-01-31', 'paidOn', {}, moment({ localDay }));
      expect(localDay(at)).toBe('2026-01-31');
    }
  });
});

describe('a decimal', () => {
  it.each([
    [1.5, '1.5'],
    ['01.50', '1.5'],
    ['0.0', '0'],
    [-2, '-2'],
    ['1e3', '1e3'],
    ['', ''],
    [Number.NaN, 'NaN'],
  ])('%s is kept as %s', (typed, text) => {
    expect(decimalText(typed)).toBe(text);
  });

  it('in thousandths is exact beyond what a float holds', () => {
    expect(thousandths('999999999999.999') + 1n).toBe(1_000_000_000_000_000n);
    fc.assert(fc.property(fc.bigInt({ min: 0n, max: 10n ** 15n - 1n }), (n) => thousandths(quantityText(n)) === n));
  });

  it('is compared by value, not by text', () => {
    expect(compareDecimals('9', '10')).toBe(-1);
    expect(compareDecimals('0.10', '0.1')).toBe(0);
    expect(compareDecimals('1', '0.999999')).toBe(1);
  });
});
