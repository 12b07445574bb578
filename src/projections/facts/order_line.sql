-- Order lines, numbered from 1. Amounts in minor units of the order's currency.
-- from: OrderPlaced
CREATE TABLE IF NOT EXISTS order_line (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  order_id UUID NOT NULL, line SMALLINT, sku VARCHAR, description VARCHAR, product_group VARCHAR,
  quantity DECIMAL(15, 3), list_price DECIMAL(18, 6), discount_rate DECIMAL(9, 6), net BIGINT NOT NULL, cost BIGINT,
  specification VARCHAR, promised_on DATE, currency VARCHAR
);
INSERT INTO order_line
SELECT position, NULL, customer, occurred_at, occurred_on, order_id, line, l.sku, l.description, l.productGroup,
  l.quantity, l.listPrice, l.discountRate, l.net, l.cost, l.specification, l.promisedOn, currency
FROM (
  SELECT position, customer, occurred_at, occurred_on, d.orderId AS order_id, d.currency AS currency,
    unnest(d.lines) AS l, generate_subscripts(d.lines, 1) AS line
  FROM (
    SELECT position, customer, occurred_at, occurred_on, from_json(data, '{"orderId":"UUID","currency":"VARCHAR",
      "lines":[{"sku":"VARCHAR","description":"VARCHAR","productGroup":"VARCHAR","quantity":"DECIMAL(15,3)",
      "listPrice":"DECIMAL(18,6)","discountRate":"DECIMAL(9,6)","net":"BIGINT","cost":"BIGINT",
      "specification":"VARCHAR","promisedOn":"DATE"}]}') AS d
    FROM batch WHERE type = 'OrderPlaced'
  )
);
