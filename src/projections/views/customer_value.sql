-- The value figures (see value_figures) of every customer that ordered or returned anything over the local days
-- [from_day, to_day), with what their totals need: net_costed, and averaged, the orders that average_order is over.
CREATE OR REPLACE MACRO customer_value(as_of, known, from_day, to_day) AS TABLE
SELECT
  customer,
  unnest(value_figures(kind, occurred_at, amount, net, list_value, net_listed, cost, net_costed)),
  CAST(coalesce(sum(net_costed), 0) AS BIGINT) AS net_costed,
  count(net) FILTER (WHERE kind = 'order' AND amount > 0) AS averaged
FROM order_value(as_of, known)
WHERE occurred_on >= from_day AND occurred_on < to_day
GROUP BY customer;
