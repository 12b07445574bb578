-- Lines of orders and returns over the local days [from_day, to_day) that count, in minor units of the reporting currency
-- (returns negative), under the customer they were recorded with. What an order in another currency comes to is divided
-- over its lines so that these add up to it. `lines` is 1 for a line of an order, 0 for one of a return.
CREATE OR REPLACE MACRO product_line(as_of, known, from_day, to_day) AS TABLE
WITH
  called_off AS NOT MATERIALIZED (
    SELECT order_id FROM order_cancelled WHERE counts(occurred_at, position, superseded_position, as_of, known)
  ),
  -- By position, which the lines are read with anyway: to read the order of each line costs as much as all the rest.
  cancelled AS MATERIALIZED (
    SELECT position FROM order_placed SEMI JOIN called_off USING (order_id)
    UNION ALL
    SELECT position FROM order_return SEMI JOIN called_off USING (order_id)
  ),
  entry AS NOT MATERIALIZED (
    SELECT 1 AS sign, position, line, customer, occurred_on, sku, product_group, currency, net, cost,
      CASE WHEN list_price IS NOT NULL THEN list_amount(quantity, list_price, currency) END
        AS list_value
    FROM order_line
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
      AND occurred_on >= from_day AND occurred_on < to_day
    UNION ALL
    SELECT -1, position, line, customer, occurred_on, sku, product_group, currency, net, cost,
      CASE WHEN list_price IS NOT NULL THEN list_amount(quantity, list_price, currency) END
    FROM return_line
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
      AND occurred_on >= from_day AND occurred_on < to_day
  ),
  counted AS NOT MATERIALIZED (
    SELECT *, if(list_value IS NULL, NULL, net) AS net_listed, if(cost IS NULL, NULL, net) AS net_costed
    FROM entry
    ANTI JOIN cancelled USING (position)
  )
SELECT position, customer AS source, occurred_on, sku, product_group, if(sign = 1, 1, 0) AS lines,
  if(sign = -1, net, 0) AS returns_net, sign * net AS net, sign * list_value AS list_value,
  sign * net_listed AS net_listed, sign * cost AS cost, sign * net_costed AS net_costed
FROM counted
WHERE currency = reporting_currency()
UNION ALL
SELECT position, customer, occurred_on, sku, product_group, if(sign = 1, 1, 0), if(sign = -1, net_to - net_before, 0),
  sign * (net_to - net_before), sign * (list_value_to - list_value_before), sign * (net_listed_to - net_listed_before),
  sign * (cost_to - cost_before), sign * (net_costed_to - net_costed_before)
FROM (
  SELECT sign, position, customer, occurred_on, sku, product_group,
    converted(net_upto, currency, factor) AS net_to,
    converted(net_upto - coalesce(net, 0), currency, factor) AS net_before,
    converted(list_value_upto, currency, factor) AS list_value_to,
    converted(list_value_upto - coalesce(list_value, 0), currency, factor) AS list_value_before,
    converted(net_listed_upto, currency, factor) AS net_listed_to,
    converted(net_listed_upto - coalesce(net_listed, 0), currency, factor) AS net_listed_before,
    converted(cost_upto, currency, factor) AS cost_to,
    converted(cost_upto - coalesce(cost, 0), currency, factor) AS cost_before,
    converted(net_costed_upto, currency, factor) AS net_costed_to,
    converted(net_costed_upto - coalesce(net_costed, 0), currency, factor) AS net_costed_before
  FROM (
    SELECT counted.*, factor,
      CAST(coalesce(sum(net) OVER upto, 0) AS BIGINT) AS net_upto,
      CAST(coalesce(sum(list_value) OVER upto, 0) AS BIGINT) AS list_value_upto,
      CAST(coalesce(sum(net_listed) OVER upto, 0) AS BIGINT) AS net_listed_upto,
      CAST(coalesce(sum(cost) OVER upto, 0) AS BIGINT) AS cost_upto,
      CAST(coalesce(sum(net_costed) OVER upto, 0) AS BIGINT) AS net_costed_upto
    FROM counted
    JOIN rate_in_force(known) AS rate
      ON rate.currency = counted.currency AND occurred_on >= valid_from AND occurred_on < valid_to
    WHERE counted.currency <> reporting_currency()
    WINDOW upto AS (PARTITION BY position ORDER BY line ROWS UNBOUNDED PRECEDING)
  )
);
