-- Orders and returns as movements of value: what an order added when it was placed, and took away again when it was
-- cancelled; the value of a customer as of the end of a day is the sum of its movements up to then. What came with a customer
-- that was taken over moves on the day it was. Amounts in minor units of the reporting currency; NULL without a rate.
CREATE OR REPLACE MACRO order_movement(as_of, known) AS TABLE
WITH
  cancelled AS NOT MATERIALIZED (
    SELECT order_id, min(occurred_on) AS cancelled_on
    FROM order_cancelled
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
    GROUP BY order_id
  )
SELECT
  coalesce(same.effective, entry.customer) AS customer,
  entry.customer AS source,
  greatest(moved_on, since) AS moved_on,
  kind, sign, entry.currency = reporting_currency() OR factor IS NOT NULL AS converted,
  direction * sign * converted(net, entry.currency, factor) AS net,
  direction * sign * converted(list_value, entry.currency, factor) AS list_value,
  direction * sign * converted(net_listed, entry.currency, factor) AS net_listed,
  direction * sign * converted(cost, entry.currency, factor) AS cost,
  direction * sign * converted(net_costed, entry.currency, factor) AS net_costed
FROM (
  SELECT 'order' AS kind, 1 AS direction, 1 AS sign, customer, occurred_on AS moved_on, occurred_on, currency, net,
    list_value, net_listed, cost, net_costed
  FROM order_placed
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
  UNION ALL
  SELECT 'return', -1, 1, customer, occurred_on, occurred_on, currency, net, list_value, net_listed, cost, net_costed
  FROM order_return
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
  UNION ALL
  SELECT 'order', 1, -1, customer, greatest(occurred_on, cancelled_on), occurred_on, currency, net, list_value,
    net_listed, cost, net_costed
  FROM order_placed JOIN cancelled USING (order_id)
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
  UNION ALL
  SELECT 'return', -1, -1, customer, greatest(occurred_on, cancelled_on), occurred_on, currency, net, list_value,
    net_listed, cost, net_costed
  FROM order_return JOIN cancelled USING (order_id)
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
) AS entry
LEFT JOIN rate_in_force(known) AS rate
  ON rate.currency = nullif(entry.currency, reporting_currency()) AND occurred_on >= valid_from AND occurred_on < valid_to
LEFT JOIN same_customer(as_of, known) AS same ON same.customer = entry.customer;
