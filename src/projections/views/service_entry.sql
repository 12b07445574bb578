-- What the quality of service is counted from over the local days [from_day, to_day): orders by the day they were placed, of
-- which it is known whether they were awarded though others were cheaper; order lines by their promised day.
CREATE OR REPLACE MACRO service_entry(as_of, known, from_day, to_day) AS TABLE
SELECT source, CAST(sum(awards) AS BIGINT) AS awards, CAST(sum(awarded) AS BIGINT) AS awarded,
  CAST(sum(lines) AS BIGINT) AS lines, CAST(sum(in_time) AS BIGINT) AS in_time, CAST(sum(open) AS BIGINT) AS open
FROM (
  SELECT customer AS source, 1 AS awards, if(awarded_though_not_cheapest, 1, 0) AS awarded, 0 AS lines, 0 AS in_time,
    0 AS open
  FROM order_placed
  WHERE awarded_though_not_cheapest IS NOT NULL AND occurred_on >= from_day AND occurred_on < to_day
    AND counts(occurred_at, position, superseded_position, as_of, known)
    AND order_id NOT IN (
      SELECT order_id FROM order_cancelled WHERE counts(occurred_at, position, superseded_position, as_of, known)
    )
  UNION ALL
  SELECT source, 0, 0, if(open, 0, 1), if(in_time, 1, 0), if(open, 1, 0)
  FROM promised_line(as_of, known)
  WHERE promised_on >= from_day AND promised_on < to_day
)
GROUP BY source;
