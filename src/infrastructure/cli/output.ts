/** What a verb answers: for programs as one line of JSON, for people as text. */
export function answer(json: boolean | undefined, value: unknown, text: string): void {
  process.stdout.write(json ? `${JSON.stringify(value)}\n` : `${text}\n`);
}

/** Rows of a name and a value, the values in one column. */
export function table(rows: readonly (readonly [name: string, value: string])[], indent = '  '): string {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${indent}${name.padEnd(width)}  ${value}`).join('\n');
}

const wholeNumbers = new Intl.NumberFormat('en');

export function grouped(count: number): string {
  return wholeNumbers.format(count);
}
