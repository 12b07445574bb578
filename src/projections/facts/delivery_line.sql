-- What was delivered of an order's lines, where the delivery said so.
-- from: OrderDelivered
CREATE TABLE IF NOT EXISTS delivery_line (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  order_id UUID NOT NULL, line SMALLINT, quantity DECIMAL(15, 3), delivered_on DATE
);
INSERT INTO delivery_line
SELECT position, NULL, customer, occurred_at, occurred_on, order_id, l.line, l.quantity, delivered_on
FROM (
  SELECT position, customer, occurred_at, occurred_on, d.orderId AS order_id, d.deliveredOn AS delivered_on,
    unnest(d.lines) AS l
  FROM (
    SELECT *, from_json(data, '{"orderId":"UUID","deliveredOn":"DATE",
      "lines":[{"line":"SMALLINT","quantity":"DECIMAL(15,3)"}]}') AS d
    -- Most deliveries are of the whole order: then there is nothing to parse.
    FROM batch WHERE type = 'OrderDelivered' AND contains(data, '"lines":')
  )
);
