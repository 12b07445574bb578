-- Net revenue as steps of a rolling twelve months: what each order and return adds to its customer's from the end of the
-- month `enters` on until that of the month `leaves`, and takes away again when it is cancelled. Months are counted from the
-- year 0. The window of a month's last day begins on the first of the month a year before; after a leap year's February that
-- is its 29th, so that what happened on that day stays a month longer. In minor units of the reporting currency.
CREATE OR REPLACE MACRO revenue_step(as_of, known) AS TABLE
WITH
  cancelled AS NOT MATERIALIZED (
    SELECT order_id, min(occurred_on) AS cancelled_on
    FROM order_cancelled
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
    GROUP BY order_id
  )
SELECT entry.customer AS source,
  CAST(year(moved_on) * 12 + month(moved_on) AS INTEGER) AS enters,
  CAST(year(occurred_on) * 12 + month(occurred_on) + 12
    + if(month(occurred_on) = 2 AND day(occurred_on) = 29, 1, 0) AS INTEGER) AS leaves,
  sign * converted(net, entry.currency, factor) AS net
FROM (
  SELECT 1 AS sign, customer, occurred_on, occurred_on AS moved_on, currency, net
  FROM order_placed
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
  UNION ALL
  SELECT -1, customer, occurred_on, occurred_on, currency, net
  FROM order_return
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
  UNION ALL
  SELECT -1, customer, occurred_on, greatest(occurred_on, cancelled_on), currency, net
  FROM order_placed JOIN cancelled USING (order_id)
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
  UNION ALL
  SELECT 1, customer, occurred_on, greatest(occurred_on, cancelled_on), currency, net
  FROM order_return JOIN cancelled USING (order_id)
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
) AS entry
LEFT JOIN rate_in_force(known) AS rate
  ON rate.currency = nullif(entry.currency, reporting_currency()) AND occurred_on >= valid_from AND occurred_on < valid_to;
