-- What a competitor charges a customer: a price per unit of an article beside ours, in units of the currency, or an
-- index, in per cent of our price level, for an article, a product group or (both NULL) everything.
-- from: CompetitorPriceNoted
CREATE TABLE IF NOT EXISTS competitor_price (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  competitor VARCHAR, sku VARCHAR, product_group VARCHAR, price DECIMAL(18, 6), our_price DECIMAL(18, 6),
  currency VARCHAR, index_pct DECIMAL(15, 3), basis VARCHAR
);
INSERT INTO competitor_price
SELECT position, NULL, customer, occurred_at, occurred_on, d.competitor, d.sku, d.productGroup, d.price, d.ourPrice,
  d.currency, d."index", d.basis
FROM (
  SELECT *, from_json(data, '{"competitor":"VARCHAR","sku":"VARCHAR","productGroup":"VARCHAR","price":"DECIMAL(18,6)",
    "ourPrice":"DECIMAL(18,6)","currency":"VARCHAR","index":"DECIMAL(15,3)","basis":"VARCHAR"}') AS d
  FROM batch WHERE type = 'CompetitorPriceNoted'
);
