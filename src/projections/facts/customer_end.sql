-- The relationship ended, or began again.
-- from: CustomerEnded, CustomerReactivated
CREATE TABLE IF NOT EXISTS customer_end (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  ended BOOLEAN, initiator VARCHAR, reason JSON, competitor VARCHAR
);
INSERT INTO customer_end
SELECT position, NULL, customer, occurred_at, occurred_on,
  type = 'CustomerEnded', d.initiator, d.reason, d.competitor
FROM (
  SELECT *, from_json(data, '{"initiator":"VARCHAR","reason":"JSON","competitor":"VARCHAR"}') AS d
  FROM batch WHERE type IN ('CustomerEnded', 'CustomerReactivated')
);
