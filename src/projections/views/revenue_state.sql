-- What figures of revenue depend on, besides the day: two readings with the same day, position and instant have the same.
CREATE OR REPLACE MACRO revenue_state(as_of, known) AS TABLE
SELECT coalesce(max(position), 0) AS position, max(occurred_at) FILTER (WHERE isfinite(occurred_at)) AS occurred_at
FROM revenue_touch
WHERE position <= known AND occurred_at <= as_of;
