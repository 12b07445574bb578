-- Payment terms agreed; settlement is {rate, withinDays}.
-- from: PaymentTermsAgreed
CREATE TABLE IF NOT EXISTS payment_terms (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  agreement_id UUID NOT NULL, days INTEGER, settlement JSON, valid_from DATE, valid_to DATE, agreed_with UUID,
  agreed_by VARCHAR
);
INSERT INTO payment_terms
SELECT position, NULL, customer, occurred_at, occurred_on, d.agreementId, d.days, d.settlementDiscount,
  d.validFrom, d.validTo, d.agreedWith, d.agreedBy
FROM (
  SELECT *, from_json(data, '{"agreementId":"UUID","days":"INTEGER","settlementDiscount":"JSON","validFrom":"DATE",
    "validTo":"DATE","agreedWith":"UUID","agreedBy":"VARCHAR"}') AS d
  FROM batch WHERE type = 'PaymentTermsAgreed'
);
