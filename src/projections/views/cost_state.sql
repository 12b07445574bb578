-- What contributions depend on besides the day and what revenue_state lists: two readings with the same of each have the
-- same figures.
CREATE OR REPLACE MACRO cost_state(as_of, known) AS TABLE
SELECT max(position) AS position, max(superseded_position) FILTER (WHERE superseded_position <= known) AS superseded,
  max(occurred_at) AS occurred_at
FROM (
  SELECT max(position) AS position, max(superseded_position) FILTER (WHERE superseded_position <= known)
      AS superseded_position, max(occurred_at) AS occurred_at
  FROM contact
  WHERE position <= known AND occurred_at <= as_of
  UNION ALL
  SELECT max(position), max(superseded_position) FILTER (WHERE superseded_position <= known), max(occurred_at)
  FROM order_delivered
  WHERE position <= known AND occurred_at <= as_of
  UNION ALL
  SELECT position, superseded_position, occurred_at
  FROM activity_done
  WHERE position <= known AND occurred_at <= as_of
  UNION ALL
  SELECT position, superseded_position, occurred_at
  FROM direct_cost
  WHERE position <= known AND occurred_at <= as_of
  UNION ALL
  -- These hold from a day on, whenever they were told.
  SELECT position, superseded_position, NULL FROM activity_rate WHERE position <= known
);
