-- How each customer has bought up to the instant `until`, under the customer that it counts for on the day of as_of. Orders
-- of one local day are one purchase, cancelled ones none. frequency: purchases after the first; repeat_net: what those were
-- worth, minor units of the reporting currency, returns not taken off. Years are counted back from the local day of `until`:
-- bought_lately in the last one, bought_before in the one before that; of the base_years before the last one with a purchase,
-- kept_years were followed by another year with one.
CREATE OR REPLACE MACRO buying(as_of, known, until) AS TABLE
WITH
  purchase AS (
    SELECT coalesce(same.effective, entry.customer) AS customer, occurred_on,
      CAST(coalesce(sum(net) FILTER (WHERE orders <> 0), 0) AS BIGINT) AS net
    FROM order_amount(until, known) AS entry
    LEFT JOIN same_customer(as_of, known) AS same ON same.customer = entry.customer
    GROUP BY ALL
    HAVING sum(orders) > 0
  ),
  year AS (
    SELECT customer, date_sub('year', occurred_on, local_day(until)) AS years_ago, count(*) AS purchases, sum(net) AS net,
      min(occurred_on) AS first_on, max(occurred_on) AS last_on, arg_min(net, occurred_on) AS first_net
    FROM purchase
    GROUP BY ALL
  )
SELECT customer, min(first_on) AS first_on, max(last_on) AS last_on, CAST(sum(purchases) - 1 AS INTEGER) AS frequency,
  CAST(sum(net) - arg_min(first_net, first_on) AS BIGINT) AS repeat_net,
  bool_or(years_ago = 0) AS bought_lately,
  bool_or(years_ago = 1) AS bought_before,
  CAST(count(*) FILTER (WHERE years_ago > 0) AS INTEGER) AS base_years,
  CAST(count(*) FILTER (WHERE years_ago > 0 AND following = years_ago - 1) AS INTEGER) AS kept_years
FROM (SELECT *, lag(years_ago) OVER (PARTITION BY customer ORDER BY years_ago) AS following FROM year)
GROUP BY customer;
