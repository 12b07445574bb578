-- What composite scores depend on besides the policy and who is one customer: two readings with the same have the same.
CREATE OR REPLACE MACRO score_state(as_of, known) AS TABLE
SELECT max(position) AS position, max(superseded_position) FILTER (WHERE superseded_position <= known) AS superseded,
  max(occurred_at) FILTER (WHERE isfinite(occurred_at)) AS occurred_at
FROM (
  SELECT position, superseded_position, occurred_at FROM customer_score
  WHERE position <= known AND occurred_at <= as_of
  UNION ALL
  SELECT position, superseded_position, occurred_at FROM customer_details
  WHERE industry IS NOT NULL AND position <= known AND occurred_at <= as_of
);
