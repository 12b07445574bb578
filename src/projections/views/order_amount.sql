-- What orders and returns add to the figures of the customer they were recorded with, in minor units of the reporting
-- currency, for summing: a return is negative, and what was cancelled (with its returns) comes a second time with the
-- other sign, which costs far less than leaving it out. `orders` sums to the number of orders, `returns` of returns.
-- Where a row has no exchange rate its amounts are NULL and `amount` (in `currency`, signed) is what is unconverted.
CREATE OR REPLACE MACRO order_amount(as_of, known) AS TABLE
WITH
  cancelled AS NOT MATERIALIZED (
    SELECT order_id FROM order_cancelled WHERE counts(occurred_at, position, superseded_position, as_of, known)
  )
SELECT customer, occurred_at, occurred_on, sold_by, entry.currency, orders, returns,
  entry.currency = reporting_currency() OR factor IS NOT NULL AS converted, sign * net AS amount,
  sign * converted(net, entry.currency, factor) AS net,
  sign * converted(list_value, entry.currency, factor) AS list_value,
  sign * converted(net_listed, entry.currency, factor) AS net_listed,
  sign * converted(cost, entry.currency, factor) AS cost,
  sign * converted(net_costed, entry.currency, factor) AS net_costed
FROM (
  SELECT customer, occurred_at, occurred_on, sold_by, currency, 1 AS orders, 0 AS returns, 1 AS sign, net, list_value,
    net_listed, cost, net_costed
  FROM order_placed
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
  UNION ALL
  SELECT customer, occurred_at, occurred_on, sold_by, currency, 0, 1, -1, net, list_value, net_listed, cost, net_costed
  FROM order_return
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
  UNION ALL
  SELECT customer, occurred_at, occurred_on, sold_by, currency, -1, 0, -1, net, list_value, net_listed, cost, net_costed
  FROM order_placed SEMI JOIN cancelled USING (order_id)
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
  UNION ALL
  SELECT customer, occurred_at, occurred_on, sold_by, currency, 0, -1, 1, net, list_value, net_listed, cost, net_costed
  FROM order_return SEMI JOIN cancelled USING (order_id)
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
) AS entry
LEFT JOIN rate_in_force(known) AS rate
  -- NULL for the own currency: those rows pass the join without looking anything up.
  ON rate.currency = nullif(entry.currency, reporting_currency()) AND occurred_on >= valid_from AND occurred_on < valid_to;
