-- Figures per customer over the local days [from_day, to_day), in minor units of the reporting currency; what an absorbed
-- customer bought counts for the one it is part of. revenue is net of returns; list_value and net_listed cover lines
-- with a list price, cost and net_costed those with a cost.
CREATE OR REPLACE MACRO customer_revenue(as_of, known, from_day, to_day) AS TABLE
SELECT
  coalesce(same.effective, entry.customer) AS customer,
  CAST(coalesce(sum(net), 0) AS BIGINT) AS revenue,
  CAST(coalesce(sum(net) FILTER (WHERE orders <> 0), 0) AS BIGINT) AS ordered_net,
  CAST(coalesce(-sum(net) FILTER (WHERE returns <> 0), 0) AS BIGINT) AS returns_net,
  CAST(sum(orders) AS BIGINT) AS orders,
  CAST(sum(returns) AS BIGINT) AS returns,
  CAST(coalesce(sum(list_value), 0) AS BIGINT) AS list_value,
  CAST(coalesce(sum(net_listed), 0) AS BIGINT) AS net_listed,
  CAST(coalesce(sum(cost), 0) AS BIGINT) AS cost,
  CAST(coalesce(sum(net_costed), 0) AS BIGINT) AS net_costed
FROM order_amount(as_of, known) AS entry
LEFT JOIN same_customer(as_of, known) AS same ON same.customer = entry.customer
WHERE occurred_on >= from_day AND occurred_on < to_day
GROUP BY ALL;
