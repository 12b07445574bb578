-- Visits to these customers that are planned and were neither held, missed nor called off.
CREATE OR REPLACE MACRO visit_planned(as_of, known, members) AS TABLE
WITH member AS MATERIALIZED (SELECT unnest(members) AS customer)
SELECT visit_id, rep_id, window_from, window_to
FROM (
  SELECT visit_id,
    arg_max(rep_id, latest_key(true, occurred_at, position)) AS rep_id,
    arg_max(window_from, latest_key(true, occurred_at, position)) AS window_from,
    arg_max(window_to, latest_key(true, occurred_at, position)) AS window_to,
    arg_max(change, latest_key(true, occurred_at, position)) AS change
  FROM visit_plan SEMI JOIN member USING (customer)
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
  GROUP BY visit_id
)
ANTI JOIN (
  SELECT contact_id FROM contact SEMI JOIN member USING (customer)
  WHERE kind = 'visit' AND counts(occurred_at, position, superseded_position, as_of, known)
) AS held ON held.contact_id = visit_id
WHERE change IN ('planned', 'rescheduled');
