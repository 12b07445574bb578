-- Visits and other contacts. layers stands beside persons, in the same order, NULL where the layer was not said.
-- from: VisitLogged, InteractionLogged
CREATE TABLE IF NOT EXISTS contact (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  contact_id UUID NOT NULL, kind VARCHAR, channel VARCHAR, direction VARCHAR, counts BOOLEAN, minutes INTEGER,
  held_by VARCHAR[], persons UUID[], layers VARCHAR[], order_ids UUID[], topics VARCHAR[]
);
INSERT INTO contact
SELECT position, NULL, customer, occurred_at, occurred_on,
  coalesce(d.visitId, d.interactionId),
  CASE type WHEN 'VisitLogged' THEN 'visit' ELSE 'interaction' END,
  CASE type WHEN 'VisitLogged' THEN 'visit' ELSE d.channel END,
  d.direction,
  type = 'VisitLogged' OR d.countsTowardScheme,
  d.durationMinutes,
  d.heldBy,
  list_transform(d.contactPersons, lambda p: p.id),
  list_transform(d.contactPersons, lambda p: p.layer),
  d.orderIds,
  d.topics
FROM (
  SELECT *, from_json(data, '{"visitId":"UUID","interactionId":"UUID","channel":"VARCHAR","direction":"VARCHAR",
    "countsTowardScheme":"BOOLEAN","durationMinutes":"INTEGER","heldBy":["VARCHAR"],
    "contactPersons":[{"id":"UUID","layer":"VARCHAR"}],"orderIds":["UUID"],"topics":["VARCHAR"]}') AS d
  FROM batch WHERE type IN ('VisitLogged', 'InteractionLogged')
);
