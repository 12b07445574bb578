-- What was done for customers within the days [from_day, to_day) costs by the event, as one row to look it up in: a hash join
-- would take as long as everything else about an event. In minor units of the reporting currency, each activity rounded half
-- away from zero before they are added up, 0 without an exchange rate. See activity_cost for what drives what.
--
-- order_costs and visit_costs have an element for each number of lines (0 to most_lines) and of minutes (0 to most_minutes), one
-- stretch of days without a change of rates after the other; call_costs and delivery_costs one for each stretch. `stretches`,
-- second_day, last_day and days tell the stretch of a day: see stretch_of.
CREATE OR REPLACE MACRO activity_price(known, from_day, to_day) AS TABLE
WITH
  rate AS MATERIALIZED (FROM activity_rate_in_force(known) WHERE valid_from < to_day AND valid_to > from_day),
  stretch AS MATERIALIZED (
    SELECT row_number() OVER (ORDER BY day) AS stretch, day AS first_day, next_day
    FROM (
      SELECT day, lead(day) OVER (ORDER BY day) AS next_day
      FROM (SELECT DISTINCT unnest([valid_from, valid_to, from_day, to_day]) AS day FROM rate)
      WHERE day >= from_day AND day <= to_day
    )
    WHERE next_day IS NOT NULL
  ),
  most AS MATERIALIZED (
    SELECT
      (SELECT coalesce(max(lines), 0) FROM order_placed WHERE occurred_on >= from_day AND occurred_on < to_day)
        AS lines,
      (SELECT coalesce(max(minutes), 0) FROM contact
       WHERE kind = 'visit' AND occurred_on >= from_day AND occurred_on < to_day) AS minutes
  ),
  size AS (
    SELECT 'order' AS driver, unnest(range(0, lines + 1)) AS size FROM most
    UNION ALL
    SELECT 'visit', unnest(range(0, minutes + 1)) FROM most
    UNION ALL
    SELECT unnest(['call', 'delivery']), 0
  ),
  driven AS (
    -- An order has lines: none is what is no order.
    SELECT driver, size, driver AS per, if(driver = 'order' AND size = 0, 0, 3000) AS parts FROM size
    UNION ALL
    SELECT driver, size, 'line', size * 3000 FROM size WHERE driver = 'order'
    UNION ALL
    SELECT driver, size, 'hour', size * 50 FROM size WHERE driver = 'visit'
  ),
  price AS (
    SELECT driver, stretch, size,
      CAST(coalesce(sum(converted(
        if(parts = 3000, one_cost, TRY(rounded_quotient(parts * unit_cost, 3000000000))), currency, factor
      )), 0) AS BIGINT) AS cost
    FROM driven
    CROSS JOIN stretch
    LEFT JOIN rate ON rate.per = driven.per AND first_day >= valid_from AND first_day < valid_to
    GROUP BY driver, stretch, size
  )
SELECT most.lines AS most_lines, most.minutes AS most_minutes,
  list(cost ORDER BY stretch, size) FILTER (WHERE driver = 'order') AS order_costs,
  list(cost ORDER BY stretch, size) FILTER (WHERE driver = 'visit') AS visit_costs,
  list(cost ORDER BY stretch, size) FILTER (WHERE driver = 'call') AS call_costs,
  list(cost ORDER BY stretch, size) FILTER (WHERE driver = 'delivery') AS delivery_costs,
  (SELECT count(*) FROM stretch) AS stretches,
  (SELECT first_day FROM stretch WHERE stretch = 2) AS second_day,
  (SELECT max(first_day) FROM stretch) AS last_day,
  (SELECT list(stretch ORDER BY stretch, day)
   FROM (SELECT stretch, unnest(range(CAST(next_day - first_day AS BIGINT))) AS day FROM stretch
     WHERE stretch > 1 AND first_day < (SELECT max(first_day) FROM stretch))) AS days
FROM most LEFT JOIN price ON true
GROUP BY ALL;
