-- One row an order: what it was worth. list_value and net_listed cover the lines with a list price, cost and
-- net_costed those with a cost, so that discount and margin compare like with like. Minor units of its currency; each
-- line's list value is rounded half away from zero.
-- from: OrderPlaced
-- after: order_line
CREATE TABLE IF NOT EXISTS order_placed (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  order_id UUID NOT NULL, sold_by VARCHAR, currency VARCHAR, country VARCHAR, net BIGINT NOT NULL, list_value BIGINT,
  net_listed BIGINT, cost BIGINT, net_costed BIGINT, lines INTEGER, awarded_though_not_cheapest BOOLEAN, payment_terms_days INTEGER
);
INSERT INTO order_placed
SELECT o.position, NULL, any_value(o.customer), any_value(o.occurred_at), any_value(o.occurred_on),
  any_value(o.d.orderId), any_value(o.d.soldBy), any_value(o.d.currency), any_value(o.d.country),
  sum(l.net)::BIGINT,
  coalesce(sum(list_amount(l.quantity, l.list_price, l.currency)), 0)::BIGINT,
  coalesce(sum(l.net) FILTER (l.list_price IS NOT NULL), 0)::BIGINT,
  coalesce(sum(l.cost), 0)::BIGINT,
  coalesce(sum(l.net) FILTER (l.cost IS NOT NULL), 0)::BIGINT,
  count(*), any_value(o.d.awardedThoughNotCheapest), any_value(o.d.paymentTermsDays)
FROM order_line l
JOIN (
  SELECT position, customer, occurred_at, occurred_on, from_json(data, '{"orderId":"UUID","soldBy":"VARCHAR",
    "currency":"VARCHAR","country":"VARCHAR","awardedThoughNotCheapest":"BOOLEAN","paymentTermsDays":"INTEGER"}') AS d
  FROM batch WHERE type = 'OrderPlaced'
) o ON o.position = l.position
GROUP BY o.position;
