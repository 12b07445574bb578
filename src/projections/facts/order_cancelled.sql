-- Orders that were called off: they count nowhere from then on.
-- from: OrderCancelled
CREATE TABLE IF NOT EXISTS order_cancelled (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  order_id UUID NOT NULL, reason JSON
);
INSERT INTO order_cancelled
SELECT position, NULL, customer, occurred_at, occurred_on, d.orderId, d.reason
FROM (SELECT *, from_json(data, '{"orderId":"UUID","reason":"JSON"}') AS d FROM batch WHERE type = 'OrderCancelled');
