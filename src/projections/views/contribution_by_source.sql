-- Profit and loss by the customer that it was recorded with, over the local days [from_day, to_day), in minor units of the
-- reporting currency; what belongs to which customer is for who asks. `kept_activities` names a kept activity_total of the
-- same. revenue is net of returns; list_value and net_listed cover lines with a list price, cost and net_costed those with a cost.
CREATE OR REPLACE MACRO contribution_by_source(as_of, known, from_day, to_day, kept_activities) AS TABLE
SELECT source,
  CAST(sum(revenue) AS BIGINT) AS revenue, CAST(sum(returns_net) AS BIGINT) AS returns_net,
  CAST(sum(orders) AS BIGINT) AS orders, CAST(sum(list_value) AS BIGINT) AS list_value,
  CAST(sum(net_listed) AS BIGINT) AS net_listed, CAST(sum(cost) AS BIGINT) AS cost,
  CAST(sum(net_costed) AS BIGINT) AS net_costed, CAST(sum(activities) AS BIGINT) AS activities,
  CAST(sum(direct) AS BIGINT) AS direct
FROM (
  SELECT customer AS source, coalesce(sum(net), 0) AS revenue,
    coalesce(-sum(net) FILTER (WHERE returns <> 0), 0) AS returns_net, sum(orders) AS orders,
    coalesce(sum(list_value), 0) AS list_value, coalesce(sum(net_listed), 0) AS net_listed,
    coalesce(sum(cost), 0) AS cost, coalesce(sum(net_costed), 0) AS net_costed, 0 AS activities, 0 AS direct
  FROM order_amount(as_of, known)
  WHERE occurred_on >= from_day AND occurred_on < to_day
  GROUP BY customer
  UNION ALL
  SELECT source, 0, 0, 0, 0, 0, 0, 0, coalesce(sum(cost), 0), 0 FROM query_table(kept_activities) GROUP BY source
  UNION ALL
  SELECT source, 0, 0, 0, 0, 0, 0, 0, 0, coalesce(sum(cost), 0)
  FROM direct_cost_value(as_of, known)
  WHERE occurred_on >= from_day AND occurred_on < to_day
  GROUP BY source
)
GROUP BY source;
