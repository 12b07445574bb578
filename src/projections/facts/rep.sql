-- Our people; left_on is set on the row that says they left.
-- from: RepRegistered, RepLeft
CREATE TABLE IF NOT EXISTS rep (
  position BIGINT, superseded_position BIGINT, occurred_at TIMESTAMP, occurred_on DATE,
  rep_id VARCHAR NOT NULL, name JSON, email JSON, time_zone VARCHAR, left_on DATE
);
INSERT INTO rep
SELECT position, NULL, occurred_at, occurred_on, d.repId, d.name, d.email, d.timeZone, d.leftOn
FROM (
  SELECT *, from_json(data, '{"repId":"VARCHAR","name":"JSON","email":"JSON","timeZone":"VARCHAR","leftOn":"DATE"}') AS d
  FROM batch WHERE type IN ('RepRegistered', 'RepLeft')
);
