-- A customer that was a reference: to whom, and what came of it.
-- from: ReferenceGiven
CREATE TABLE IF NOT EXISTS reference_given (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  to_name VARCHAR, to_customer_id UUID, use VARCHAR, outcome JSON
);
INSERT INTO reference_given
SELECT position, NULL, customer, occurred_at, occurred_on, d."to".name, d."to".customerId, d.use, d.outcome
FROM (
  SELECT *, from_json(data, '{"to":{"name":"VARCHAR","customerId":"UUID"},"use":"VARCHAR","outcome":"JSON"}') AS d
  FROM batch WHERE type = 'ReferenceGiven'
);
