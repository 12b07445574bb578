-- What an article costs at a supplier, in units of the currency. Of the prices of an article and supplier that have
-- begun, the one with the latest valid_from counts, of several of one day the one recorded last; once its valid_to has
-- come there is none.
-- from: SupplierPriceAgreed
CREATE TABLE IF NOT EXISTS supplier_price (
  position BIGINT, superseded_position BIGINT, occurred_at TIMESTAMP, occurred_on DATE,
  supplier_id UUID NOT NULL, sku VARCHAR, price DECIMAL(18, 6), currency VARCHAR, valid_from DATE, valid_to DATE
);
INSERT INTO supplier_price
SELECT position, NULL, occurred_at, occurred_on, d.supplierId, d.sku, d.price, d.currency, d.validFrom, d.validTo
FROM (
  SELECT *, from_json(data, '{"supplierId":"UUID","sku":"VARCHAR","price":"DECIMAL(18,6)","currency":"VARCHAR",
    "validFrom":"DATE","validTo":"DATE"}') AS d
  FROM batch WHERE type = 'SupplierPriceAgreed'
);
