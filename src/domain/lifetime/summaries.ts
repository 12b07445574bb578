/**
 * What BG/NBD needs of each customer, in columns. Any unit of time, the same for all; one order a day at most, and the
 * parameters are told in the same unit.
 */
export interface Summaries {
  /** Orders after the first one: 0, 1, 2, … */
  readonly frequency: ArrayLike<number>;
  /** Time from the first order to the last one; 0 where there was only one. */
  readonly recency: ArrayLike<number>;
  /** Time from the first order to the end of the observation. */
  readonly T: ArrayLike<number>;
  /** How many customers a row stands for; 1 each when left out. */
  readonly weights?: ArrayLike<number>;
}

/** What Gamma-Gamma needs of each customer, in columns; rows without a repeat order are passed over. */
export interface SpendSummaries {
  /** Orders the average was taken over, the first one left out: 0, 1, 2, … */
  readonly frequency: ArrayLike<number>;
  /** Mean value of those orders, above 0, in any unit of money; not looked at where there are none. */
  readonly averageValue: ArrayLike<number>;
  readonly weights?: ArrayLike<number>;
}

type Columns = Record<string, ArrayLike<number>>;

/** @throws RangeError with the first row that can't be a customer */
export function checkSummaries({ frequency, recency, T, weights }: Summaries): void {
  check({ frequency, recency, T }, weights, (row) => {
    if (!(recency[row]! >= 0 && recency[row]! <= T[row]!)) return 'recency has to lie between 0 and T';
    if (!Number.isFinite(T[row]!)) return 'T has to be finite';
    if (frequency[row] === 0 && recency[row] !== 0) return 'without a repeat order the recency is 0';
    return undefined;
  });
}

/** @throws RangeError with the first row that can't be a customer */
export function checkSpend({ frequency, averageValue, weights }: SpendSummaries): void {
  check({ frequency, averageValue }, weights, (row) =>
    frequency[row] === 0 || (averageValue[row]! > 0 && Number.isFinite(averageValue[row]!))
      ? undefined
      : 'the average value of the orders has to be above 0',
  );
}

function check(
  columns: Columns,
  weights: ArrayLike<number> | undefined,
  complaint: (row: number) => string | undefined,
) {
  const frequency = columns.frequency ?? [];
  const all = weights ? { ...columns, weights } : columns;
  for (const [name, column] of Object.entries(all)) {
    if (column?.length !== frequency.length) {
      throw new RangeError(
        `There are ${frequency.length} frequencies, but ${column?.length ?? 'no'} values of ${name}.`,
      );
    }
  }
  for (let row = 0; row < frequency.length; row++) {
    const isCount = Number.isSafeInteger(frequency[row]) && frequency[row]! >= 0;
    const hasWeight = !weights || (weights[row]! >= 0 && Number.isFinite(weights[row]));
    const wrong = !isCount
      ? 'frequency has to be a whole number of at least 0'
      : hasWeight
        ? complaint(row)
        : 'a weight has to be a number of at least 0';
    if (wrong === undefined) continue;
    const values = Object.entries(all).map(([name, column]) => `${name} ${column[row]}`);
    throw new RangeError(`Row ${row} (${values.join(', ')}): ${wrong}.`);
  }
}
