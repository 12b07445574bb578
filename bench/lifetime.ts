import { simulatedCustomers } from '../test/support/simulated-customers.ts';
import { fitBgNbd, ThreadedValueModels } from './built.ts';
import { type Figure, figure, median } from './figure.ts';
import { random } from './generate.ts';

const CUSTOMERS = 200_000;
const ROUNDS = 3;
/** As of a wholesaler, in days: an order every two months, one in five leaves after an order. */
const BEHAVIOUR = { r: 0.8, alpha: 50, a: 0.8, b: 3, p: 4, q: 4, v: 60 };

interface Columns {
  readonly frequency: Float64Array;
  readonly recency: Float64Array;
  readonly T: Float64Array;
}

/** The log-likelihood of BG/NBD, customer by customer; Γ by the frequency, from a table. */
function likelihood({ frequency, recency, T }: Columns, [r, alpha, a, b]: readonly number[]): number {
  if (r === undefined || alpha === undefined || a === undefined || b === undefined) return Number.NaN;
  const most = frequency.reduce((one, other) => Math.max(one, other), 0);
  const table = new Float64Array(most + 1);
  for (let k = 0; k < most; k++) table[k + 1] = table[k]! + Math.log(((r + k) * (b + k)) / (a + b + k));
  let sum = 0;
  for (let row = 0; row < frequency.length; row++) {
    const x = frequency[row]!;
    const there = -(r + x) * Math.log(alpha + T[row]!);
    sum += table[x]! + r * Math.log(alpha) + there;
    if (x > 0) {
      const left = Math.log(a / (b + x - 1)) - (r + x) * Math.log(alpha + recency[row]!);
      sum += Math.log1p(Math.exp(left - there));
    }
  }
  return sum;
}

async function times(run: () => unknown): Promise<number> {
  const seconds: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const started = performance.now();
    await run();
    seconds.push((performance.now() - started) / 1_000);
  }
  return median(seconds);
}

/** What customers will still bring: the fit of BG/NBD, and the value of each customer from it. */
export async function lifetimeFigures(): Promise<Figure[]> {
  const exact = simulatedCustomers(random(7), BEHAVIOUR, { count: CUSTOMERS, days: 3 * 365 });
  // A service knows days.
  const customers = { ...exact, recency: exact.recency.map(Math.floor), T: exact.T.map(Math.floor) };
  const parameters = [BEHAVIOUR.r, BEHAVIOUR.alpha, BEHAVIOUR.a, BEHAVIOUR.b];
  let sum = likelihood(customers, parameters);
  const once = await times(() => {
    sum += likelihood(customers, parameters);
  });
  if (!Number.isFinite(sum)) throw new Error('The plain loop gives no likelihood.');

  const { evaluations } = fitBgNbd(customers);
  const threaded = new ThreadedValueModels();
  try {
    // Starts the thread, and lets it compile the code.
    await threaded.fitBgNbd('first', customers);
    const fitted = await times(() => threaded.fitBgNbd('fit', customers));
    const horizon = { periods: 5, periodLength: 365, discountRate: 0.1 };
    const models = { orders: BEHAVIOUR, spend: BEHAVIOUR };
    const valued = await times(() => threaded.prospects('values', models, customers, horizon));
    const plain = `one evaluation in a plain typed-array loop × the ${evaluations} of the fit`;
    return [
      figure('lifetime fit', fitted, 's', once * evaluations, `${plain}; ${CUSTOMERS} customers, in the thread`),
      figure('lifetime values', valued, 's', null, `five years ahead, of ${CUSTOMERS} customers`),
    ];
  } finally {
    await threaded.close();
  }
}
