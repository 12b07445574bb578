import type { Decimal } from './command.js';

const canonical = /^-?(?:0|[1-9]\d*)(?:\.\d*[1-9])?$/;

/**
 * A number as the decimal text that events hold, without needless zeros. What isn't one stays as it is, for the event's
 * schema to refuse with its path.
 */
export function decimalText(value: Decimal): string {
  const text = typeof value === 'number' ? String(value) : value;
  if (canonical.test(text)) return text;
  const match = /^(-?)0*(\d+)(?:\.(\d*?)0*)?$/.exec(text);
  if (!match) return text;
  return `${match[1]}${match[2]}${match[3] ? `.${match[3]}` : ''}`;
}

export function optionalDecimal(value: Decimal | undefined): string | undefined {
  return value === undefined ? undefined : decimalText(value);
}

/** A decimal that is not negative as a whole number of its smallest parts, exactly; digits beyond `places` are cut off. */
export function scaled(text: string, places: number): bigint {
  const [whole = '0', rest = ''] = text.split('.');
  return BigInt(whole + rest.slice(0, places).padEnd(places, '0'));
}

export function scaledText(value: bigint, places: number): string {
  const digits = value.toString().padStart(places + 1, '0');
  return decimalText(`${digits.slice(0, -places)}.${digits.slice(-places)}`);
}

const places = 3;

/** A quantity in thousandths: exact, unlike a float. 0 for a text that is no quantity. */
export function thousandths(quantity: string): bigint {
  const match = /^(\d+)(?:\.(\d{1,3}))?$/.exec(quantity);
  if (!match) return 0n;
  return BigInt(`${match[1]}${(match[2] ?? '').padEnd(places, '0')}`);
}

export function quantityText(inThousandths: bigint): string {
  return scaledText(inThousandths, places);
}

/** Compares fractions and quantities of the same sign exactly. */
export function compareDecimals(left: string, right: string): number {
  const [wholeLeft = '', restLeft = ''] = left.split('.');
  const [wholeRight = '', restRight = ''] = right.split('.');
  const width = Math.max(restLeft.length, restRight.length);
  const difference =
    BigInt(wholeLeft + restLeft.padEnd(width, '0')) - BigInt(wholeRight + restRight.padEnd(width, '0'));
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
