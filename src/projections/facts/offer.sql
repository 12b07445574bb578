-- What was offered; value in minor units of its currency. valid_to is the first day on which it no longer stands.
-- from: OfferMade
CREATE TABLE IF NOT EXISTS offer (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  offer_id UUID NOT NULL, kind VARCHAR, product VARCHAR, product_group VARCHAR, sku VARCHAR, "value" BIGINT,
  currency VARCHAR, basis VARCHAR, valid_to DATE
);
INSERT INTO offer
SELECT position, NULL, customer, occurred_at, occurred_on, d.offerId, d.kind, d.product, d.productGroup, d.sku,
  d."value", d.currency, d.basis, d.validTo
FROM (
  SELECT *, from_json(data, '{"offerId":"UUID","kind":"VARCHAR","product":"VARCHAR","productGroup":"VARCHAR",
    "sku":"VARCHAR","value":"BIGINT","currency":"VARCHAR","basis":"VARCHAR","validTo":"DATE"}') AS d
  FROM batch WHERE type = 'OfferMade'
);
