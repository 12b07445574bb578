-- The value policy in force on the local day of as_of: cumulative shares of the buying customers at which A, B and C
-- end. 1, 5 and 20 per cent until a policy says otherwise. Always one row.
CREATE OR REPLACE MACRO pyramid_thresholds(as_of, known) AS TABLE
SELECT
  coalesce(arg_max(a, latest_key(true, CAST(valid_from AS TIMESTAMP), position)), 0.01) AS a,
  coalesce(arg_max(b, latest_key(true, CAST(valid_from AS TIMESTAMP), position)), 0.05) AS b,
  coalesce(arg_max(c, latest_key(true, CAST(valid_from AS TIMESTAMP), position)), 0.20) AS c
FROM value_policy
WHERE valid_from <= local_day(as_of) AND known_now(position, superseded_position, known);
