-- What orders and returns add to the figures of the customer they were recorded with, in minor units of the reporting
-- currency, for summing: a return is negative, and what was cancelled (with its returns) comes a second time with the
-- other sign, which costs far less than leaving it out. `orders` sums to the number of orders, `returns` of returns;
-- `lines` are those of orders as they were placed, cancelled or not. Where a row has no exchange rate its amounts are NULL
-- and `amount` (in `currency`, signed) is what is unconverted. What is in the reporting currency already comes apart from
-- the rest: nothing is looked up or worked out for it.
CREATE OR REPLACE MACRO order_amount(as_of, known) AS TABLE
WITH
  cancelled AS NOT MATERIALIZED (
    SELECT order_id FROM order_cancelled WHERE counts(occurred_at, position, superseded_position, as_of, known)
  ),
  entry AS NOT MATERIALIZED (
    SELECT customer, occurred_at, occurred_on, sold_by, currency, lines, 1 AS orders, 0 AS returns, net, list_value,
      net_listed, cost, net_costed
    FROM order_placed
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
    UNION ALL
    SELECT customer, occurred_at, occurred_on, sold_by, currency, 0, 0, 1, -net, -list_value, -net_listed, -cost,
      -net_costed
    FROM order_return
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
    UNION ALL
    SELECT customer, occurred_at, occurred_on, sold_by, currency, 0, -1, 0, -net, -list_value, -net_listed, -cost,
      -net_costed
    FROM order_placed SEMI JOIN cancelled USING (order_id)
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
    UNION ALL
    SELECT customer, occurred_at, occurred_on, sold_by, currency, 0, 0, -1, net, list_value, net_listed, cost,
      net_costed
    FROM order_return SEMI JOIN cancelled USING (order_id)
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
  )
SELECT customer, occurred_at, occurred_on, sold_by, currency, lines, orders, returns, true AS converted, net AS amount,
  net, list_value, net_listed, cost, net_costed
FROM entry
WHERE currency = reporting_currency()
UNION ALL
SELECT customer, occurred_at, occurred_on, sold_by, entry.currency, lines, orders, returns, factor IS NOT NULL, net,
  converted(net, entry.currency, factor), converted(list_value, entry.currency, factor),
  converted(net_listed, entry.currency, factor), converted(cost, entry.currency, factor),
  converted(net_costed, entry.currency, factor)
FROM entry
LEFT JOIN rate_in_force(known) AS rate
  ON rate.currency = entry.currency AND occurred_on >= valid_from AND occurred_on < valid_to
WHERE entry.currency <> reporting_currency();
