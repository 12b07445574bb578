/** Decimal numbers as CSV files write them, held as integers: a float never touches an amount. */

const MAX_DIGITS = 15;

export interface Decimal {
  /** The number times ten to the power of `places`, exact. */
  readonly scaled: number;
  /** Canonical text: no plus sign, no needless zeros. */
  readonly text: string;
}

/**
 * Reads a decimal of at most `places` decimals, exactly. Undefined for anything else: an exponent, a thousands
 * separator, a further decimal that isn't 0, or more than 15 digits.
 */
export function parseDecimal(raw: string, places: number, mark: '.' | ',' = '.'): Decimal | undefined {
  const length = raw.length;
  let at = 0;
  let negative = false;
  const first = raw.charCodeAt(0);
  if (first === 45 || first === 43) {
    negative = first === 45;
    at = 1;
  }
  const markCode = mark.charCodeAt(0);
  let scaled = 0;
  let digits = 0;
  let decimals = -1;
  for (; at < length; at++) {
    const code = raw.charCodeAt(at);
    if (code === markCode && decimals < 0 && digits > 0) {
      decimals = 0;
      continue;
    }
    const digit = code - 48;
    if (digit < 0 || digit > 9) return undefined;
    if (decimals >= 0) {
      decimals += 1;
      if (decimals > places) {
        if (digit !== 0) return undefined;
        continue;
      }
    }
    digits += 1;
    scaled = scaled * 10 + digit;
  }
  if (digits === 0 || decimals === 0) return undefined;
  for (let place = Math.max(decimals, 0); place < places; place++) scaled *= 10;
  if (scaled >= 10 ** MAX_DIGITS) return undefined;
  if (negative && scaled !== 0) scaled = -scaled;
  return { scaled, text: decimalText(scaled, places) };
}

/** The canonical text of a scaled integer: 2500 in 3 places is `2.5`. */
export function decimalText(scaled: number, places: number): string {
  const digits = String(Math.abs(scaled)).padStart(places + 1, '0');
  const whole = digits.slice(0, digits.length - places);
  const fraction = digits.slice(digits.length - places).replace(/0+$/, '');
  return `${scaled < 0 ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/**
 * The product of scaled integers, whose scales add up to `fromPlaces`, rounded half away from zero to `toPlaces`.
 * Undefined when the outcome is beyond 2^53.
 */
export function roundedProduct(factors: readonly number[], fromPlaces: number, toPlaces: number): number | undefined {
  let product = 1;
  for (const factor of factors) product *= factor;
  const places = fromPlaces - toPlaces;
  if (Math.abs(product) <= Number.MAX_SAFE_INTEGER && places <= 15) {
    const divisor = 10 ** places;
    const size = Math.abs(product);
    const remainder = size % divisor;
    const rounded = (size - remainder) / divisor + (remainder * 2 >= divisor ? 1 : 0);
    return product < 0 && rounded !== 0 ? -rounded : rounded;
  }
  let exact = 1n;
  for (const factor of factors) exact *= BigInt(factor);
  const divisor = 10n ** BigInt(places);
  const size = exact < 0n ? -exact : exact;
  const rounded = Number((size + divisor / 2n) / divisor);
  if (!Number.isSafeInteger(rounded)) return undefined;
  return exact < 0n && rounded !== 0 ? -rounded : rounded;
}
