-- People at a customer. A change carries only what changed; name, email and phone are sealed.
-- from: ContactPersonAdded, ContactPersonRoleChanged, ContactPersonLeft
CREATE TABLE IF NOT EXISTS contact_person (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  contact_person_id UUID NOT NULL, change VARCHAR, name JSON, email JSON, phone JSON, role VARCHAR, layer VARCHAR
);
INSERT INTO contact_person
SELECT position, NULL, customer, occurred_at, occurred_on, d.contactPersonId,
  CASE type WHEN 'ContactPersonAdded' THEN 'added' WHEN 'ContactPersonLeft' THEN 'left' ELSE 'changed' END,
  d.name, d.email, d.phone, d.role, d.layer
FROM (
  SELECT *, from_json(data, '{"contactPersonId":"UUID","name":"JSON","email":"JSON","phone":"JSON",
    "role":"VARCHAR","layer":"VARCHAR"}') AS d
  FROM batch WHERE type IN ('ContactPersonAdded', 'ContactPersonRoleChanged', 'ContactPersonLeft')
);
