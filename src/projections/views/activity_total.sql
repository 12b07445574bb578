-- Activities by the customer they were recorded with, over the local days [from_day, to_day), in minor units of the reporting
-- currency: what activity_cost adds up to, in a fraction of the time. What costs the same is counted first: of stretches
-- of days without a change of rates, orders with as many lines, visits with as many minutes.
CREATE OR REPLACE MACRO activity_total(as_of, known, from_day, to_day) AS TABLE
WITH
  rate AS MATERIALIZED (FROM activity_rate_in_force(known)),
  boundary AS (SELECT DISTINCT unnest([valid_from, valid_to, from_day, to_day]) AS day FROM rate),
  stretch AS MATERIALIZED (
    SELECT day AS first_day, next_day
    FROM (SELECT day, lead(day) OVER (ORDER BY day) AS next_day FROM boundary)
    WHERE day >= from_day AND next_day <= to_day
  ),
  held AS MATERIALIZED (
    SELECT customer, first_day, kind = 'visit' AS is_visit, if(kind = 'visit', minutes, NULL) AS minutes, count(*) AS times
    FROM contact JOIN stretch ON occurred_on >= first_day AND occurred_on < next_day
    WHERE (kind = 'visit' OR channel = 'phone') AND counts(occurred_at, position, superseded_position, as_of, known)
    GROUP BY ALL
  ),
  placed AS MATERIALIZED (
    SELECT customer, first_day, lines, count(*) AS times
    FROM order_placed JOIN stretch ON occurred_on >= first_day AND occurred_on < next_day
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
    GROUP BY ALL
  ),
  driver AS (
    SELECT if(is_visit, 'visit', 'call') AS per, customer, first_day, 3000 AS parts, times FROM held
    UNION ALL
    SELECT 'hour', customer, first_day, minutes * 50, times FROM held WHERE minutes > 0
    UNION ALL
    SELECT 'order', customer, first_day, 3000, times FROM placed
    UNION ALL
    SELECT 'line', customer, first_day, lines * 3000, times FROM placed
    UNION ALL
    SELECT 'delivery', customer, first_day, 3000, count(*)
    FROM order_delivered JOIN stretch ON occurred_on >= first_day AND occurred_on < next_day
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
    GROUP BY ALL
  )
SELECT source, activity, CAST(coalesce(sum(cost), 0) AS BIGINT) AS cost
FROM (
  SELECT driver.customer AS source, activity,
    times * converted(
      if(parts = 3000, one_cost, TRY(rounded_quotient(parts * unit_cost, 3000000000))), currency, factor
    ) AS cost
  FROM driver
  JOIN rate ON rate.per = driver.per AND first_day >= valid_from AND first_day < valid_to
  UNION ALL
  SELECT done.customer, done.activity,
    converted(TRY(rounded_quotient(CAST(quantity * 3000 AS BIGINT) * unit_cost, 3000000000)), currency, factor)
  FROM activity_done AS done
  LEFT JOIN rate ON rate.activity = done.activity AND occurred_on >= valid_from AND occurred_on < valid_to
  WHERE occurred_on >= from_day AND occurred_on < to_day
    AND counts(occurred_at, position, superseded_position, as_of, known)
)
GROUP BY source, activity;
