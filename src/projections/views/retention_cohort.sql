-- Customers by period (step: 'year', 'quarter' or 'month') with what they bought in it and in its base, which is the same
-- period a year earlier: number of orders, and revenue net of returns in minor units of the reporting currency. `period` is
-- its first day. Cancelled orders count nowhere.
CREATE OR REPLACE MACRO retention_cohort(as_of, known, step) AS TABLE
WITH bought AS MATERIALIZED (
  SELECT coalesce(same.effective, entry.customer) AS customer, CAST(date_trunc(step, occurred_on) AS DATE) AS period,
    CAST(sum(orders) AS BIGINT) AS orders, CAST(coalesce(sum(net), 0) AS BIGINT) AS revenue
  FROM order_amount(as_of, known) AS entry
  LEFT JOIN same_customer(as_of, known) AS same ON same.customer = entry.customer
  GROUP BY ALL
)
SELECT
  coalesce(present.customer, base.customer) AS customer,
  coalesce(present.period, base.period) AS period,
  coalesce(present.orders, 0) AS orders,
  coalesce(present.revenue, 0) AS revenue,
  coalesce(base.orders, 0) AS base_orders,
  coalesce(base.revenue, 0) AS base_revenue
FROM bought AS present
FULL JOIN (SELECT * REPLACE (CAST(period + INTERVAL 1 YEAR AS DATE) AS period) FROM bought) AS base
  ON base.customer = present.customer AND base.period = present.period
WHERE coalesce(present.period, base.period) <= local_day(as_of);
