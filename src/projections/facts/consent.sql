-- Whether a contact person may be reached through a channel.
-- from: ConsentChanged
CREATE TABLE IF NOT EXISTS consent (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  contact_person_id UUID NOT NULL, channel VARCHAR, granted BOOLEAN
);
INSERT INTO consent
SELECT position, NULL, customer, occurred_at, occurred_on, d.contactPersonId, d.channel, d.granted
FROM (
  SELECT *, from_json(data, '{"contactPersonId":"UUID","channel":"VARCHAR","granted":"BOOLEAN"}') AS d
  FROM batch WHERE type = 'ConsentChanged'
);
