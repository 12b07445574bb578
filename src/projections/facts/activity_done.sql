-- Something done for a customer that no other event tells: it costs the quantity times the activity's rate.
-- from: ActivityCostAttributed
CREATE TABLE IF NOT EXISTS activity_done (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  activity VARCHAR, quantity DECIMAL(15, 3), cause VARCHAR
);
INSERT INTO activity_done
SELECT position, NULL, customer, occurred_at, occurred_on, d.activity, d.quantity, d.cause
FROM (
  SELECT *, from_json(data, '{"activity":"VARCHAR","quantity":"DECIMAL(15,3)","cause":"VARCHAR"}') AS d
  FROM batch WHERE type = 'ActivityCostAttributed'
);
