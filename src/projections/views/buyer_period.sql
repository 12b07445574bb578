-- What customers bought by period (step 'year', 'quarter', 'month'), one row each: orders, and net revenue in minor units of
-- the reporting currency. first_period is the first one with an order. Cancelled orders count nowhere.
CREATE OR REPLACE MACRO buyer_period(as_of, known, step) AS TABLE
SELECT customer, period, orders, revenue,
  min(period) FILTER (WHERE orders > 0) OVER (PARTITION BY customer) AS first_period
FROM (
  SELECT coalesce(same.effective, entry.customer) AS customer, CAST(date_trunc(step, occurred_on) AS DATE) AS period,
    CAST(sum(orders) AS BIGINT) AS orders, CAST(coalesce(sum(net), 0) AS BIGINT) AS revenue
  FROM order_amount(as_of, known) AS entry
  LEFT JOIN same_customer(as_of, known) AS same ON same.customer = entry.customer
  GROUP BY ALL
);
