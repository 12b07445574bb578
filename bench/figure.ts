/** One result. `ratio` is value ÷ reference; what is better, higher or lower, follows from the unit. */
export interface Figure {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Measured in the same run, in the same unit; null where there is nothing to compare with. */
  readonly reference: number | null;
  readonly ratio: number | null;
  /** What it was measured against, and other things a reader may want to know. */
  readonly note: string;
}

export function figure(name: string, value: number, unit: string, reference: number | null, note: string): Figure {
  const ratio = reference === null || reference === 0 ? null : value / reference;
  return { name, value: rounded(value), unit, reference: reference === null ? null : rounded(reference), ratio, note };
}

/** A figure that could not be measured, and why: visible in both forms of output. */
export class Skipped extends Error {}

function rounded(value: number): number {
  return Math.abs(value) >= 100 ? Math.round(value) : Number(value.toPrecision(4));
}

/** The value below which a share of the values lies, by the nearest rank. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

const grouped = new Intl.NumberFormat('en', { maximumFractionDigits: 3 });

export function printJson({ name, value, unit, reference, ratio }: Figure): void {
  const line = { name, value, unit, reference, ratio: ratio === null ? null : Number(ratio.toFixed(4)) };
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

export function printHeading(): void {
  process.stdout.write(row(['figure', 'value', 'reference', 'ratio', '']));
  process.stdout.write(`${'─'.repeat(110)}\n`);
}

export function printRow({ name, value, unit, reference, ratio, note }: Figure): void {
  const inUnit = (number: number) => `${grouped.format(number)} ${unit}`;
  process.stdout.write(
    row([
      name,
      inUnit(value),
      reference === null ? '–' : inUnit(reference),
      ratio === null ? '–' : ratio.toFixed(2),
      note,
    ]),
  );
}

function row([name, value, reference, ratio, note]: readonly string[]): string {
  return `${name?.padEnd(30)} ${value?.padStart(18)} ${reference?.padStart(18)} ${ratio?.padStart(7)}   ${note}\n`;
}
