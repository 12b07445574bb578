-- The visit-frequency policy in force on the day of as_of: per segment the latest one that holds, else the default.
-- A policy without lines is a policy: that segment is left alone. policy_position is NULL on the default.
CREATE OR REPLACE MACRO visit_frequency(as_of, known) AS TABLE
WITH in_force AS (
  SELECT *
  FROM frequency_policy_line
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
    AND valid_from <= local_day(as_of)
  QUALIFY rank() OVER (PARTITION BY segment ORDER BY valid_from DESC, position DESC) = 1
)
SELECT segment, line_no, our_role, their_layer, channel, times_per_year, earliest_pct, latest_pct, valid_from,
  position AS policy_position
FROM in_force
WHERE line_no > 0
UNION ALL
SELECT segment, line_no, our_role, their_layer, channel, times_per_year, earliest_pct, latest_pct, NULL, NULL
FROM default_frequency()
WHERE segment NOT IN (SELECT segment FROM in_force);
