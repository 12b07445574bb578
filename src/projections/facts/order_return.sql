-- One row a return: what was credited, all of it positive, in minor units of its currency (see order_placed).
-- from: OrderLineReturned
CREATE TABLE IF NOT EXISTS order_return (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  return_id UUID NOT NULL, order_id UUID, sold_by VARCHAR, currency VARCHAR, country VARCHAR, net BIGINT NOT NULL,
  list_value BIGINT, net_listed BIGINT, cost BIGINT, net_costed BIGINT, lines INTEGER, flagged BOOLEAN, reason JSON
);
INSERT INTO order_return
SELECT position, NULL, customer, occurred_at, occurred_on, d.returnId, d.orderId, d.soldBy, d.currency, d.country,
  list_sum(list_transform(d.lines, lambda l: l.net))::BIGINT,
  coalesce(list_sum(list_transform(d.lines, lambda l: list_amount(l.quantity, l.listPrice, d.currency))), 0)::BIGINT,
  coalesce(list_sum(list_transform(d.lines, lambda l: CASE WHEN l.listPrice IS NOT NULL THEN l.net END)), 0)::BIGINT,
  coalesce(list_sum(list_transform(d.lines, lambda l: l.cost)), 0)::BIGINT,
  coalesce(list_sum(list_transform(d.lines, lambda l: CASE WHEN l.cost IS NOT NULL THEN l.net END)), 0)::BIGINT,
  len(d.lines), coalesce(len(d.flags), 0) > 0, d.reason
FROM (
  SELECT *, from_json(data, '{"returnId":"UUID","orderId":"UUID","soldBy":"VARCHAR","currency":"VARCHAR",
    "country":"VARCHAR","flags":["VARCHAR"],"reason":"JSON",
    "lines":[{"quantity":"DECIMAL(15,3)","listPrice":"DECIMAL(18,6)","net":"BIGINT","cost":"BIGINT"}]}') AS d
  FROM batch WHERE type = 'OrderLineReturned'
);
