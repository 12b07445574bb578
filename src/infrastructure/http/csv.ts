/** A value as a cell of RFC 4180; what is no single value as JSON. Texts that a spreadsheet would take for a formula are kept from being one. */
function cell(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value !== 'string' && typeof value !== 'object') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}

/** Rows with a line of names above them; every row has the same columns. */
export function csv(columns: readonly string[], rows: readonly (readonly unknown[])[]): string {
  return [columns, ...rows].map((row) => `${row.map(cell).join(',')}\r\n`).join('');
}

/** Whether the caller would rather have CSV than JSON. */
export function prefersCsv(accept: string | undefined): boolean {
  const quality = (...types: string[]): number => {
    const found = (accept ?? '*/*')
      .split(',')
      .filter((part) => types.includes(part.split(';')[0]!.trim().toLowerCase()));
    return Math.max(0, ...found.map((part) => Number(/;\s*q=([\d.]+)/i.exec(part)?.[1] ?? 1)));
  };
  return quality('text/csv', 'text/*') > quality('application/json', 'application/*', '*/*');
}
