-- Deliveries. complete says that all of the order was delivered: then there are no rows in delivery_line.
-- from: OrderDelivered
CREATE TABLE IF NOT EXISTS order_delivered (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  order_id UUID NOT NULL, delivered_on DATE, complete BOOLEAN
);
INSERT INTO order_delivered
SELECT position, NULL, customer, occurred_at, occurred_on, d.orderId, d.deliveredOn, d.lines IS NULL
FROM (
  SELECT *, from_json(data, '{"orderId":"UUID","deliveredOn":"DATE","lines":["JSON"]}') AS d
  FROM batch WHERE type = 'OrderDelivered'
);
