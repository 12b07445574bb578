-- Profit and loss by customer and product group over the local days [from_day, to_day), of the customers in the kept table
-- `kept_selected` (contribution_by_source under the customers that count). Activity and direct costs of a customer are
-- divided by the order lines of each group, in whole minor units that add up to them; what customers without order lines
-- cost stands under no group.
CREATE OR REPLACE MACRO contribution_of_products(as_of, known, from_day, to_day, kept_selected) AS TABLE
WITH
  bought AS MATERIALIZED (
    SELECT coalesce(effective, source) AS customer, product_group AS "group", sum(net) AS revenue,
      sum(returns_net) AS returns_net, count(DISTINCT position) FILTER (WHERE lines = 1) AS orders,
      coalesce(sum(list_value), 0) AS list_value, coalesce(sum(net_listed), 0) AS net_listed,
      coalesce(sum(cost), 0) AS cost, coalesce(sum(net_costed), 0) AS net_costed, sum(lines) AS lines
    FROM product_line(as_of, known, from_day, to_day)
    LEFT JOIN same_customer(as_of, known) AS same ON same.customer = source
    GROUP BY ALL
  ),
  divided AS MATERIALIZED (
    SELECT bought.*, activities, direct, sum(lines) OVER whole AS all_lines,
      coalesce(sum(lines) OVER upto, 0) AS lines_to, coalesce(sum(lines) OVER upto, 0) - lines AS lines_before
    FROM bought
    JOIN (SELECT customer, activities, direct FROM query_table(kept_selected)) AS account USING (customer)
    WINDOW
      whole AS (PARTITION BY customer),
      upto AS (PARTITION BY customer ORDER BY "group" NULLS LAST ROWS UNBOUNDED PRECEDING)
  )
SELECT customer, "group", revenue, returns_net, orders, list_value, net_listed, cost, net_costed,
  coalesce(rounded_quotient(activities * lines_to, all_lines) - rounded_quotient(activities * lines_before, all_lines), 0)
    AS activities,
  coalesce(rounded_quotient(direct * lines_to, all_lines) - rounded_quotient(direct * lines_before, all_lines), 0)
    AS direct
FROM divided
UNION ALL
SELECT customer, NULL, 0, 0, 0, 0, 0, 0, 0, activities, direct
FROM query_table(kept_selected)
ANTI JOIN (SELECT customer FROM divided WHERE all_lines > 0) AS sharing USING (customer)
WHERE activities <> 0 OR direct <> 0;
