-- Net revenue by year, counted back from the local day of as_of (0: the twelve months up to it), in minor units of the
-- reporting currency: of all customers, and of those who had bought before that year. first_on is the day of the first
-- order of all.
CREATE OR REPLACE MACRO revenue_year(as_of, known) AS TABLE
WITH bought AS (
  SELECT coalesce(same.effective, entry.customer) AS customer,
    date_sub('year', occurred_on, local_day(as_of)) AS years_ago, sum(orders) AS orders, coalesce(sum(net), 0) AS revenue,
    min(occurred_on) AS first_on
  FROM order_amount(as_of, known) AS entry
  LEFT JOIN same_customer(as_of, known) AS same ON same.customer = entry.customer
  GROUP BY ALL
)
SELECT years_ago, CAST(sum(revenue) AS BIGINT) AS revenue,
  CAST(coalesce(sum(revenue) FILTER (WHERE since > years_ago), 0) AS BIGINT) AS existing,
  count(*) FILTER (WHERE since > years_ago AND orders > 0) AS existing_customers,
  min(min(first_on)) OVER () AS first_on
FROM (SELECT *, max(years_ago) FILTER (WHERE orders > 0) OVER (PARTITION BY customer) AS since FROM bought)
GROUP BY years_ago;
