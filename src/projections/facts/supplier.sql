-- Whom we buy from; external_ids is [{source, key}].
-- from: SupplierRegistered
CREATE TABLE IF NOT EXISTS supplier (
  position BIGINT, superseded_position BIGINT, occurred_at TIMESTAMP, occurred_on DATE,
  supplier_id UUID NOT NULL, name VARCHAR, country VARCHAR, external_ids JSON
);
INSERT INTO supplier
SELECT position, NULL, occurred_at, occurred_on, d.supplierId, d.name, d.country, d.externalIds
FROM (
  SELECT *, from_json(data, '{"supplierId":"UUID","name":"VARCHAR","country":"VARCHAR","externalIds":"JSON"}') AS d
  FROM batch WHERE type = 'SupplierRegistered'
);
