-- Suspect, prospect or customer, as somebody said.
-- from: CustomerRegistered, LifecycleChanged
CREATE TABLE IF NOT EXISTS customer_lifecycle (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  lifecycle VARCHAR NOT NULL
);
INSERT INTO customer_lifecycle
SELECT position, NULL, customer, occurred_at, occurred_on, data ->> '$.lifecycle'
FROM batch WHERE type IN ('CustomerRegistered', 'LifecycleChanged');
