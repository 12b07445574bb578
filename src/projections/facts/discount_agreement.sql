-- Discounts agreed. scope_kind is all, productGroup or sku; scope_value names the group or the sku. valid_to is the
-- first day on which it no longer holds.
-- from: DiscountAgreed
CREATE TABLE IF NOT EXISTS discount_agreement (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  agreement_id UUID NOT NULL, scope_kind VARCHAR, scope_value VARCHAR, rate DECIMAL(9, 6), tiers JSON, valid_from DATE,
  valid_to DATE, agreed_with UUID, agreed_by VARCHAR
);
INSERT INTO discount_agreement
SELECT position, NULL, customer, occurred_at, occurred_on, d.agreementId, d.scope.kind,
  coalesce(d.scope.productGroup, d.scope.sku), d.rate, d.tiers, d.validFrom, d.validTo, d.agreedWith, d.agreedBy
FROM (
  SELECT *, from_json(data, '{"agreementId":"UUID","scope":{"kind":"VARCHAR","productGroup":"VARCHAR","sku":"VARCHAR"},
    "rate":"DECIMAL(9,6)","tiers":"JSON","validFrom":"DATE","validTo":"DATE","agreedWith":"UUID",
    "agreedBy":"VARCHAR"}') AS d
  FROM batch WHERE type = 'DiscountAgreed'
);
