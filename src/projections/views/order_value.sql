-- One row for each order and return that counts, in minor units of the reporting currency (returns negative), under the
-- customer it counts for. `source` is the customer it was recorded with: filter on that one, it is what the rows are
-- stored by. Where there is no exchange rate the amounts are NULL, converted is false, and `amount` (in `currency`,
-- returns negative) is what could not be converted.
CREATE OR REPLACE MACRO order_value(as_of, known) AS TABLE
WITH
  cancelled AS NOT MATERIALIZED (
    SELECT order_id FROM order_cancelled WHERE counts(occurred_at, position, superseded_position, as_of, known)
  )
SELECT kind, position, coalesce(same.effective, entry.customer) AS customer, entry.customer AS source, occurred_at,
  occurred_on, order_id, return_id, sold_by, entry.currency,
  entry.currency = reporting_currency() OR factor IS NOT NULL AS converted, sign * net AS amount,
  sign * converted(net, entry.currency, factor) AS net,
  sign * converted(list_value, entry.currency, factor) AS list_value,
  sign * converted(net_listed, entry.currency, factor) AS net_listed,
  sign * converted(cost, entry.currency, factor) AS cost,
  sign * converted(net_costed, entry.currency, factor) AS net_costed
FROM (
  SELECT 'order' AS kind, 1 AS sign, position, customer, occurred_at, occurred_on, order_id, NULL::UUID AS return_id,
    sold_by, currency, net, list_value, net_listed, cost, net_costed
  FROM order_placed ANTI JOIN cancelled USING (order_id)
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
  UNION ALL
  SELECT 'return', -1, position, customer, occurred_at, occurred_on, order_id, return_id, sold_by, currency, net,
    list_value, net_listed, cost, net_costed
  FROM order_return ANTI JOIN cancelled USING (order_id)
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
) AS entry
LEFT JOIN rate_in_force(known) AS rate
  -- NULL for the own currency: those rows pass the join without looking anything up.
  ON rate.currency = nullif(entry.currency, reporting_currency()) AND occurred_on >= valid_from AND occurred_on < valid_to
LEFT JOIN same_customer(as_of, known) AS same ON same.customer = entry.customer;
