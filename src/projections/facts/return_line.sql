-- Goods that came back or were credited; quantities and amounts are positive. order_line is the line of the order
-- where that is known, line numbers the lines of the return itself.
-- from: OrderLineReturned
CREATE TABLE IF NOT EXISTS return_line (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  return_id UUID NOT NULL, order_id UUID, line SMALLINT, order_line SMALLINT, sku VARCHAR, description VARCHAR,
  product_group VARCHAR, quantity DECIMAL(15, 3), list_price DECIMAL(18, 6), discount_rate DECIMAL(9, 6),
  net BIGINT NOT NULL, cost BIGINT, currency VARCHAR
);
INSERT INTO return_line
SELECT position, NULL, customer, occurred_at, occurred_on, return_id, order_id, line, l.line, l.sku, l.description,
  l.productGroup, l.quantity, l.listPrice, l.discountRate, l.net, l.cost, currency
FROM (
  SELECT position, customer, occurred_at, occurred_on, d.returnId AS return_id, d.orderId AS order_id,
    d.currency AS currency, unnest(d.lines) AS l, generate_subscripts(d.lines, 1) AS line
  FROM (
    SELECT *, from_json(data, '{"returnId":"UUID","orderId":"UUID","currency":"VARCHAR","lines":[{"line":"SMALLINT",
      "sku":"VARCHAR","description":"VARCHAR","productGroup":"VARCHAR","quantity":"DECIMAL(15,3)",
      "listPrice":"DECIMAL(18,6)","discountRate":"DECIMAL(9,6)","net":"BIGINT","cost":"BIGINT"}]}') AS d
    FROM batch WHERE type = 'OrderLineReturned'
  )
);
