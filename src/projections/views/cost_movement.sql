-- Activity and direct costs as movements, like order_movement: those of a customer that was taken over move on the day it
-- was. In minor units of the reporting currency; what has no rate is nothing here.
CREATE OR REPLACE MACRO cost_movement(as_of, known) AS TABLE
SELECT source, greatest(occurred_on, since) AS moved_on, activities, direct
FROM (
  SELECT source, occurred_on, coalesce(cost, 0) AS activities, 0 AS direct FROM activity_cost(as_of, known)
  UNION ALL
  SELECT source, occurred_on, 0, coalesce(cost, 0) FROM direct_cost_value(as_of, known)
)
LEFT JOIN same_customer(as_of, known) AS same ON same.customer = source;
