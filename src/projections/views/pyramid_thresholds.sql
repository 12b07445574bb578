-- The value policy in force on the local day of as_of, as far as it makes the pyramid: what customers are ranked by
-- (revenue, contribution, score), what a, b and c are thresholds of (cumulative shares of the customers or of their revenue
-- at which A, B and C end; or the lowest score of each), and the elements of scores. By revenue, at 1, 5 and 20 per cent of
-- the customers, until a policy says otherwise. Always one row; position is 0 without a policy.
CREATE OR REPLACE MACRO pyramid_thresholds(as_of, known) AS TABLE
SELECT
  coalesce(a, 0.01) AS a,
  coalesce(b, 0.05) AS b,
  coalesce(c, 0.20) AS c,
  coalesce(pyramid_by, 'revenue') AS pyramid_by,
  coalesce(thresholds_of, 'customers') AS thresholds_of,
  elements, discount_rate, horizon_years, minimum_repeaters, valid_from,
  coalesce(position, 0) AS position
FROM (SELECT 1)
LEFT JOIN (
  SELECT *
  FROM value_policy
  WHERE valid_from <= local_day(as_of) AND known_now(position, superseded_position, known)
  ORDER BY valid_from DESC, position DESC
  LIMIT 1
) ON true;
