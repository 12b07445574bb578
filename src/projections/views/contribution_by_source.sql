-- Profit and loss by the customer that it was recorded with, over the local days [from_day, to_day), in minor units of the
-- reporting currency; what belongs to which customer is for who asks. revenue is net of returns; list_value and net_listed
-- cover lines with a list price, cost and net_costed those with a cost. Activities are what activity_cost adds up to, looked up
-- in activity_price in a fraction of the time. entries counts what order_amount has of the customer.
CREATE OR REPLACE MACRO contribution_by_source(as_of, known, from_day, to_day) AS TABLE
WITH
  price AS MATERIALIZED (FROM activity_price(known, from_day, to_day)),
  bought AS (
    SELECT customer AS source, count(*) AS entries, sum(net) AS revenue, sum(orders) AS orders, sum(list_value) AS list_value,
      sum(net_listed) AS net_listed, sum(cost) AS cost, sum(net_costed) AS net_costed,
      sum(order_costs[(stretch_of(occurred_on, stretches, second_day, last_day, days) - 1) * (most_lines + 1) + lines + 1])
        AS activities
    FROM order_amount(as_of, known), price
    WHERE occurred_on >= from_day AND occurred_on < to_day
    GROUP BY customer
  ),
  spent AS (
    SELECT source, sum(returned) AS returned, sum(activities) AS activities, sum(direct) AS direct
    FROM (
      SELECT customer AS source, NULL AS returned, NULL AS direct,
        sum(if(kind = 'visit',
          visit_costs[(stretch_of(occurred_on, stretches, second_day, last_day, days) - 1) * (most_minutes + 1)
            + coalesce(minutes, 0) + 1],
          call_costs[stretch_of(occurred_on, stretches, second_day, last_day, days)])) AS activities
      FROM contact, price
      WHERE (kind = 'visit' OR channel = 'phone') AND occurred_on >= from_day AND occurred_on < to_day
        AND counts(occurred_at, position, superseded_position, as_of, known)
      GROUP BY customer
      UNION ALL
      SELECT customer, NULL, NULL, sum(delivery_costs[stretch_of(occurred_on, stretches, second_day, last_day, days)])
      FROM order_delivered, price
      WHERE occurred_on >= from_day AND occurred_on < to_day
        AND counts(occurred_at, position, superseded_position, as_of, known)
      GROUP BY customer
      UNION ALL
      SELECT source, NULL, NULL, cost
      FROM activity_attributed(as_of, known)
      WHERE occurred_on >= from_day AND occurred_on < to_day
      UNION ALL
      SELECT source, NULL, cost, NULL
      FROM direct_cost_value(as_of, known)
      WHERE occurred_on >= from_day AND occurred_on < to_day
      UNION ALL
      SELECT customer, -net, NULL, NULL
      FROM order_amount(as_of, known)
      WHERE returns <> 0 AND occurred_on >= from_day AND occurred_on < to_day
    )
    GROUP BY source
  )
SELECT coalesce(bought.source, spent.source) AS source, CAST(coalesce(revenue, 0) AS BIGINT) AS revenue,
  CAST(coalesce(returned, 0) AS BIGINT) AS returns_net, CAST(coalesce(orders, 0) AS BIGINT) AS orders,
  CAST(coalesce(list_value, 0) AS BIGINT) AS list_value, CAST(coalesce(net_listed, 0) AS BIGINT) AS net_listed,
  CAST(coalesce(cost, 0) AS BIGINT) AS cost, CAST(coalesce(net_costed, 0) AS BIGINT) AS net_costed,
  CAST(coalesce(bought.activities, 0) + coalesce(spent.activities, 0) AS BIGINT) AS activities,
  CAST(coalesce(direct, 0) AS BIGINT) AS direct, coalesce(entries, 0) AS entries
FROM bought FULL JOIN spent ON spent.source = bought.source;
