-- Visits to come, moved, missed or called off.
-- from: VisitPlanned, VisitRescheduled, VisitNotHeld
CREATE TABLE IF NOT EXISTS visit_plan (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  visit_id UUID NOT NULL, rep_id VARCHAR, window_from DATE, window_to DATE, change VARCHAR, scheme_line VARCHAR,
  reasons VARCHAR[]
);
INSERT INTO visit_plan
SELECT position, NULL, customer, occurred_at, occurred_on, d.visitId, d.repId, d."window"."from", d."window"."to",
  CASE type WHEN 'VisitPlanned' THEN 'planned' WHEN 'VisitRescheduled' THEN 'rescheduled' ELSE d.why END,
  d.schemeLine, d.reasons
FROM (
  SELECT *, from_json(data, '{"visitId":"UUID","repId":"VARCHAR","window":{"from":"DATE","to":"DATE"},
    "why":"VARCHAR","schemeLine":"VARCHAR","reasons":["VARCHAR"]}') AS d
  FROM batch WHERE type IN ('VisitPlanned', 'VisitRescheduled', 'VisitNotHeld')
);
