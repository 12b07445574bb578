/** Customers who behave as the models say, for tests and benchmarks of the models. */
export interface Behaviour {
  readonly r: number;
  /** In days, as all times here. */
  readonly alpha: number;
  readonly a: number;
  readonly b: number;
  readonly p: number;
  readonly q: number;
  readonly v: number;
}

export interface SimulatedCustomers {
  readonly frequency: Float64Array;
  readonly recency: Float64Array;
  readonly T: Float64Array;
  /** 0 where there is no repeat order. */
  readonly averageValue: Float64Array;
  /** Orders in the days that follow the observation. */
  readonly later: Float64Array;
}

/**
 * Customers who came evenly over the first half of the observation.
 * @param uniform from 0 up to, not including, 1
 * @param ahead days after the observation in which the later orders are counted
 */
export function simulatedCustomers(
  uniform: () => number,
  { r, alpha, a, b, p, q, v }: Behaviour,
  { count, days, ahead = 0 }: { readonly count: number; readonly days: number; readonly ahead?: number },
): SimulatedCustomers {
  const customers = {
    frequency: new Float64Array(count),
    recency: new Float64Array(count),
    T: new Float64Array(count),
    averageValue: new Float64Array(count),
    later: new Float64Array(count),
  };
  for (let customer = 0; customer < count; customer++) {
    const T = days * (1 - uniform() / 2);
    const rate = gamma(uniform, r) / alpha;
    const one = gamma(uniform, a);
    const leaving = one / (one + gamma(uniform, b));
    customers.T[customer] = T;
    for (let time = 0; ; ) {
      time -= Math.log(1 - uniform()) / rate;
      if (!(time < T + ahead)) break;
      if (time < T) {
        customers.frequency[customer]!++;
        customers.recency[customer] = time;
      } else customers.later[customer]!++;
      if (uniform() < leaving) break;
    }
    const orders = customers.frequency[customer]!;
    const perOrder = gamma(uniform, q) / v;
    // The sum of so many Gamma distributed values is one itself.
    if (orders > 0) customers.averageValue[customer] = gamma(uniform, p * orders) / perOrder / orders;
  }
  return customers;
}

/** Gamma distributed with scale 1 (Marsaglia & Tsang 2000; below shape 1 by way of the shape one higher). */
function gamma(uniform: () => number, shape: number): number {
  if (shape < 1) return gamma(uniform, shape + 1) * (1 - uniform()) ** (1 / shape);
  const d = shape - 1 / 3;
  for (;;) {
    const normal = Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
    const cube = (1 + normal / Math.sqrt(9 * d)) ** 3;
    if (cube > 0 && Math.log(1 - uniform()) < normal ** 2 / 2 + d * (1 - cube + Math.log(cube))) return d * cube;
  }
}
