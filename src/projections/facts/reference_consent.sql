-- What a customer lets us use it for as a reference, a row per use. A withdrawal for all uses is one row without a use.
-- Of each use the latest row that names it, or that names none, counts.
-- from: ReferenceConsentChanged
CREATE TABLE IF NOT EXISTS reference_consent (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  granted BOOLEAN, use VARCHAR
);
INSERT INTO reference_consent
SELECT position, NULL, customer, occurred_at, occurred_on, d.granted,
  unnest(CASE WHEN len(d.uses) = 0 THEN [NULL] ELSE d.uses END)
FROM (
  SELECT *, from_json(data, '{"granted":"BOOLEAN","uses":["VARCHAR"]}') AS d
  FROM batch WHERE type = 'ReferenceConsentChanged'
);
