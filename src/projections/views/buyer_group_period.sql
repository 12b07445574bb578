-- Like buyer_period, by product group as well: first_period is the first one with an order of that group.
CREATE OR REPLACE MACRO buyer_group_period(as_of, known, step) AS TABLE
SELECT customer, product_group, period, orders, revenue,
  min(period) FILTER (WHERE orders > 0) OVER (PARTITION BY customer, product_group) AS first_period
FROM (
  SELECT coalesce(same.effective, line.source) AS customer, product_group,
    CAST(date_trunc(step, occurred_on) AS DATE) AS period,
    count(DISTINCT line.position) FILTER (WHERE lines = 1) AS orders, CAST(coalesce(sum(net), 0) AS BIGINT) AS revenue
  FROM product_line(as_of, known, DATE '0001-01-01', DATE '9999-12-31') AS line
  LEFT JOIN same_customer(as_of, known) AS same ON same.customer = line.source
  GROUP BY ALL
);
