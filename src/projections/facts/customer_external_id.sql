-- The keys under which other systems know a customer.
-- from: CustomerRegistered
CREATE TABLE IF NOT EXISTS customer_external_id (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  source VARCHAR, key VARCHAR
);
INSERT INTO customer_external_id
SELECT position, NULL, customer, occurred_at, occurred_on, e.source, e.key
FROM (
  SELECT position, customer, occurred_at, occurred_on,
    unnest(from_json(data, '{"externalIds":[{"source":"VARCHAR","key":"VARCHAR"}]}').externalIds) AS e
  FROM batch WHERE type = 'CustomerRegistered'
);
