-- What was sold of each article on the local days [from_day, to_day), less what came back of it: quantity, and net in minor
-- units of the reporting currency. Lines without an exchange rate, and cancelled orders, are in neither.
CREATE OR REPLACE MACRO article_sold(as_of, known, from_day, to_day) AS TABLE
SELECT sku, sum(quantity) AS quantity, CAST(sum(converted(net, line.currency, factor)) AS BIGINT) AS net,
  max(occurred_on) FILTER (WHERE quantity > 0) AS last_sold_on
FROM (
  SELECT order_id, sku, quantity, net, currency, occurred_on FROM order_line
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
    AND occurred_on >= from_day AND occurred_on < to_day
  UNION ALL
  SELECT order_id, sku, -quantity, -net, currency, occurred_on FROM return_line
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
    AND occurred_on >= from_day AND occurred_on < to_day
) AS line
LEFT JOIN rate_in_force(known) AS rate
  ON rate.currency = nullif(line.currency, reporting_currency()) AND occurred_on >= valid_from AND occurred_on < valid_to
WHERE (line.currency = reporting_currency() OR factor IS NOT NULL)
  AND (order_id IS NULL OR order_id NOT IN (
    SELECT order_id FROM order_cancelled WHERE counts(occurred_at, position, superseded_position, as_of, known)
  ))
GROUP BY sku;
