import type { Child } from './child.ts';
import { type Figure, figure, median, percentile } from './figure.ts';
import { customerIdOf, type Generated } from './generate.ts';

const DAY_MS = 86_400_000;

/** Before all generated events, so that one rate holds for all of them. */
const RATES_FROM = '2000-01-01';

const counted = (alias = '') =>
  `${alias}occurred_at <= $as_of AND ${alias}position <= $known
   AND (${alias}superseded_position IS NULL OR ${alias}superseded_position > $known)`;
const inYear = 'occurred_on > CAST($as_of AS DATE) - INTERVAL 12 MONTH';

/** What each customer brought and cost in the twelve months before a date: every date filter, none of our views. */
const accounts = (asOf: string) =>
  `
  SELECT customer, sum(revenue) AS revenue, sum(cost) AS cost, sum(spent) AS spent,
    sum(listed) AS listed, sum(list_value) AS list_value
  FROM (
    SELECT customer, sum(net) AS revenue, sum(cost) AS cost, sum(net_listed) AS listed, sum(list_value) AS list_value,
      count(*) * 250 + sum(lines) * 75 AS spent
    FROM order_placed
    WHERE ${counted()} AND ${inYear}
      AND order_id NOT IN (SELECT order_id FROM order_cancelled WHERE ${counted()})
    GROUP BY customer
    UNION ALL
    SELECT customer, -sum(net), -sum(cost), -sum(net_listed), -sum(list_value), 0
    FROM order_return WHERE ${counted()} AND ${inYear} GROUP BY customer
    UNION ALL
    SELECT customer, 0, 0, 0, 0,
      count(*) FILTER (WHERE kind = 'visit') * 3500 + coalesce(sum(minutes) FILTER (WHERE kind = 'visit'), 0) * 100
        + count(*) FILTER (WHERE channel = 'phone') * 450
    FROM contact WHERE ${counted()} AND ${inYear} GROUP BY customer
    UNION ALL
    SELECT customer, 0, 0, 0, 0, count(*) * 600
    FROM order_delivered WHERE ${counted()} AND ${inYear} GROUP BY customer
    UNION ALL
    SELECT customer, 0, 0, 0, 0, sum(amount) FROM direct_cost WHERE ${counted()} AND ${inYear} GROUP BY customer
  ) GROUP BY customer`.replaceAll('$as_of', asOf);

const PROFIT_BY_HAND = `
  WITH account AS (${accounts('$as_of')})
  SELECT *, revenue - cost - spent AS contribution, count(*) OVER () AS customers,
    sum(revenue - cost - spent) OVER () AS total
  FROM account ORDER BY contribution DESC LIMIT 100`;

const BRIDGE_BY_HAND = `
  WITH was AS (${accounts('($as_of - INTERVAL 12 MONTH)')}), now AS (${accounts('$as_of')}),
  compared AS (
    SELECT coalesce(was.revenue, 0) > 0 AS had, coalesce(now.revenue, 0) > 0 AS has,
      coalesce(now.revenue - now.cost - now.spent, 0) - coalesce(was.revenue - was.cost - was.spent, 0) AS change,
      coalesce(now.listed - round(now.list_value * was.listed / was.list_value), 0) AS price,
      coalesce(was.spent, 0) - coalesce(now.spent, 0) AS costs
    FROM was FULL JOIN now USING (customer)
  )
  SELECT sum(change), sum(change) FILTER (WHERE has AND NOT had), sum(change) FILTER (WHERE had AND NOT has),
    sum(price) FILTER (WHERE had = has), sum(costs) FILTER (WHERE had = has),
    sum(greatest(change - price - costs, 0)) FILTER (WHERE had = has),
    sum(least(change - price - costs, 0)) FILTER (WHERE had = has)
  FROM compared`;

const segments = (asOf: string) =>
  `
  SELECT customer, revenue, CASE WHEN place <= ceil(n * 0.01) THEN 'A' WHEN place <= ceil(n * 0.05) THEN 'B'
    WHEN place <= ceil(n * 0.20) THEN 'C' ELSE 'D' END AS segment
  FROM (
    SELECT customer, revenue, row_number() OVER (ORDER BY revenue DESC, customer) AS place, count(*) OVER () AS n
    FROM (
      SELECT customer, sum(net) AS revenue
      FROM (
        SELECT customer, net FROM order_placed
        WHERE ${counted()} AND ${inYear}
          AND order_id NOT IN (SELECT order_id FROM order_cancelled WHERE ${counted()})
        UNION ALL
        SELECT customer, -net FROM order_return WHERE ${counted()} AND ${inYear}
      ) GROUP BY customer HAVING sum(net) > 0
    )
  )`.replaceAll('$as_of', asOf);

const registered = (asOf: string) => `
  SELECT customer, arg_max(lifecycle, (occurred_at, position)) AS lifecycle
  FROM customer_lifecycle WHERE ${counted().replaceAll('$as_of', asOf)} GROUP BY customer`;

const MIGRATION_BY_HAND = `
  WITH
    was AS (
      SELECT customer, revenue, coalesce(segment, if(lifecycle = 'customer', 'inactive', 'new')) AS segment
      FROM (${registered('($as_of - INTERVAL 12 MONTH)')}) FULL JOIN (${segments('($as_of - INTERVAL 12 MONTH)')})
        USING (customer)
    ),
    now AS (
      SELECT customer, revenue, coalesce(segment, if(ended, 'lost', 'inactive')) AS segment
      FROM (${registered('$as_of')}) FULL JOIN (${segments('$as_of')}) USING (customer)
      LEFT JOIN (
        SELECT customer, arg_max(ended, (occurred_at, position)) AS ended
        FROM customer_end WHERE ${counted()} GROUP BY customer
      ) USING (customer)
    )
  SELECT coalesce(was.segment, 'new'), now.segment, count(*), sum(was.revenue), sum(now.revenue)
  FROM now LEFT JOIN was USING (customer) GROUP BY ALL ORDER BY ALL`;

/** Each month's twelve months from sums per customer and month, in one SELECT. */
const SERIES_BY_HAND = `
  WITH
    monthly AS (
      SELECT customer, year(occurred_on) * 12 + month(occurred_on) AS number, sum(net) AS net
      FROM (
        SELECT customer, occurred_on, net FROM order_placed
        WHERE ${counted()} AND order_id NOT IN (SELECT order_id FROM order_cancelled WHERE ${counted()})
        UNION ALL
        SELECT customer, occurred_on, -net FROM order_return WHERE ${counted()}
      ) GROUP BY ALL
    ),
    step AS (
      SELECT customer, number, sum(net) AS net
      FROM (SELECT customer, unnest([number, number + 12]) AS number, unnest([net, -net]) AS net FROM monthly)
      GROUP BY ALL
    ),
    level AS (
      SELECT number, sum(net) OVER (PARTITION BY customer ORDER BY number) AS revenue,
        coalesce(lead(number) OVER (PARTITION BY customer ORDER BY number),
          year($as_of) * 12 + month($as_of) + 1) AS until
      FROM step WHERE number <= year($as_of) * 12 + month($as_of)
    ),
    ranked AS (
      SELECT number, revenue, row_number() OVER (PARTITION BY number ORDER BY revenue DESC) AS place,
        count(*) OVER (PARTITION BY number) AS n
      FROM (SELECT unnest(range(number, until)) AS number, revenue FROM level WHERE revenue > 0)
    )
  SELECT number, CASE WHEN place <= ceil(n * 0.01) THEN 'A' WHEN place <= ceil(n * 0.05) THEN 'B'
    WHEN place <= ceil(n * 0.20) THEN 'C' ELSE 'D' END AS segment, count(*), sum(revenue)
  FROM ranked GROUP BY ALL ORDER BY ALL`;

/** Neither the first nor the last by what happened with it. */
const COMPARED = customerIdOf(100);

/** Every customer against one, by the same features. */
const LOOK_ALIKES_BY_HAND = `
  WITH
    bought AS (
      SELECT customer, product_group, sum(net) AS net
      FROM (
        SELECT customer, product_group, net FROM order_line
        WHERE ${counted()} AND ${inYear}
          AND order_id NOT IN (SELECT order_id FROM order_cancelled WHERE ${counted()})
        UNION ALL
        SELECT customer, product_group, -net FROM return_line WHERE ${counted()} AND ${inYear}
      ) GROUP BY ALL HAVING sum(net) > 0
    ),
    asked AS (SELECT customer FROM customer_key WHERE customer_id = '${COMPARED}'),
    mix AS (
      SELECT customer, product_group, net / whole AS part
      FROM bought JOIN (SELECT customer, sum(net) AS whole FROM bought GROUP BY customer) USING (customer)
    ),
    common AS (
      SELECT mix.customer, sum(least(mix.part, coalesce(theirs.part, 0))) AS likeness
      FROM mix LEFT JOIN (FROM mix SEMI JOIN asked USING (customer)) AS theirs USING (product_group) GROUP BY mix.customer
    ),
    ordered AS (
      SELECT customer, ln(count(*)) AS orders, ln(sum(net) / count(*)) AS size FROM order_placed
      WHERE ${counted()} AND ${inYear}
        AND order_id NOT IN (SELECT order_id FROM order_cancelled WHERE ${counted()})
      GROUP BY customer HAVING sum(net) > 0
    ),
    feature AS (
      SELECT customer, industry, country, left(postcode, 2) AS region, brought, orders, size
      FROM (
        SELECT customer, arg_max(industry, (occurred_at, position)) AS industry,
          arg_max(country, (occurred_at, position)) AS country, arg_max(postcode, (occurred_at, position)) AS postcode,
          bool_or(brought_in_by_customer IS NOT NULL OR brought_in_by_partner IS NOT NULL) AS brought
        FROM customer_details WHERE ${counted()} GROUP BY customer
      ) LEFT JOIN ordered USING (customer)
      WHERE customer NOT IN (SELECT customer FROM customer_end WHERE ${counted()})
    ),
    spread AS (
      SELECT quantile_disc(orders, 0.95) - quantile_disc(orders, 0.05) AS orders,
        quantile_disc(size, 0.95) - quantile_disc(size, 0.05) AS size
      FROM feature
    ),
    one AS (FROM feature SEMI JOIN asked USING (customer)),
    likeness AS (
      SELECT feature.customer, unnest([
        CAST(feature.industry = one.industry AS DOUBLE), CAST(feature.country = one.country AS DOUBLE),
        CAST(feature.region = one.region AS DOUBLE), CAST(feature.brought = one.brought AS DOUBLE),
        CASE WHEN feature.orders IS NOT NULL THEN greatest(0, 1 - abs(feature.orders - one.orders) / spread.orders) END,
        CASE WHEN feature.size IS NOT NULL THEN greatest(0, 1 - abs(feature.size - one.size) / spread.size) END,
        common.likeness
      ]) AS likeness
      FROM feature CROSS JOIN one CROSS JOIN spread LEFT JOIN common ON common.customer = feature.customer
      WHERE feature.customer <> one.customer
    )
  SELECT customer_id, avg(likeness), count(likeness)
  FROM likeness JOIN customer_key USING (customer)
  GROUP BY ALL HAVING count(likeness) >= 3 ORDER BY 2 DESC, 3 DESC, 1 LIMIT 100`;

async function timed(url: string): Promise<number> {
  const started = performance.now();
  const response = await fetch(url);
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 300)}`);
  return performance.now() - started;
}

async function setRates(url: string): Promise<void> {
  const rates = [
    { activity: 'visiting', rate: '35', per: 'visit' },
    { activity: 'time on the road', rate: '60', per: 'hour' },
    { activity: 'calling', rate: '4.50', per: 'call' },
    { activity: 'order entry', rate: '2.50', per: 'order' },
    { activity: 'picking', rate: '0.75', per: 'line' },
    { activity: 'delivering', rate: '6', per: 'delivery' },
  ];
  const response = await fetch(`${url}/api/v1/policies/activity-rates`, {
    method: 'PUT',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ rates, validFrom: RATES_FROM }),
  });
  if (!response.ok) throw new Error(`The rates were refused: ${await response.text()}`);
}

/** What customers bring and cost, and how they moved; each against the same by hand in DuckDB. */
export async function valueFigures(
  { child, url }: { readonly child: Child; readonly url: string },
  generated: Generated,
): Promise<Figure[]> {
  await setRates(url);
  const lines = `${generated.orderLines.toLocaleString('en')} order lines, ${generated.customers.toLocaleString('en')} customers`;
  const last = Date.parse(generated.to);
  // A date of its own each time: what is kept from another answer doesn't count.
  const compare = async (name: string, byHand: string, path: (asOf: string) => string): Promise<Figure> => {
    const ours: number[] = [];
    const hand: number[] = [];
    for (let index = 0; index < 6; index++) {
      const asOf = last - (index * 17 + 2) * DAY_MS;
      const ask = `${url}/api/v1/${path(new Date(asOf).toISOString())}`;
      const [one] = await child.ask<number[]>({ ask: 'handQuery', sql: byHand, asOf: [asOf] });
      const other = await timed(ask);
      // The first of each is to warm up.
      if (index === 0) continue;
      hand.push(one as number);
      ours.push(other);
    }
    const note = `${lines}; p95 ${Math.round(percentile(ours, 0.95))} ms; against DuckDB by hand (aim 1.5 at most)`;
    return figure(name, median(ours), 'ms', median(hand), note);
  };
  const yearBefore = (asOf: string) =>
    `${Number(asOf.slice(0, 4)) - 1}${asOf.slice(4, 10)}`.replace('-02-29', '-02-28');
  const monthStart = (asOf: string) => `${Number(asOf.slice(0, 4)) - 5}-${asOf.slice(5, 7)}-01`;
  return [
    await compare(
      'profit-and-loss',
      PROFIT_BY_HAND,
      (asOf) => `contribution?asOf=${asOf}&from=${yearBefore(asOf)}&limit=100`,
    ),
    await compare('migration', MIGRATION_BY_HAND, (asOf) => `pyramid/migration?asOf=${asOf}&from=${yearBefore(asOf)}`),
    await compare('bridge', BRIDGE_BY_HAND, (asOf) => `value/bridge?asOf=${asOf}&from=${yearBefore(asOf)}`),
    await compare('pyramid-series', SERIES_BY_HAND, (asOf) => `pyramid/series?asOf=${asOf}&from=${monthStart(asOf)}`),
    await compare('look-alikes', LOOK_ALIKES_BY_HAND, (asOf) => `customers/${COMPARED}/look-alikes?asOf=${asOf}`),
  ];
}
