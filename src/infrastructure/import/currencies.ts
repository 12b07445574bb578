const known = new Set(Intl.supportedValuesOf('currency'));
const digits = new Map<string, number>();

export function isCurrency(code: string): boolean {
  return known.has(code);
}

/** Decimals of a currency's minor unit: 2 for EUR, 0 for JPY. */
export function minorDigits(currency: string): number {
  let places = digits.get(currency);
  if (places === undefined) {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency });
    places = format.resolvedOptions().maximumFractionDigits ?? 2;
    digits.set(currency, places);
  }
  return places;
}
