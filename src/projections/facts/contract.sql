-- Contracts signed; value in minor units per month, quarter, year or term. An earlier end is in agreement_ended, under
-- the contract's id. valid_to is the first day on which it no longer holds.
-- from: ContractSigned
CREATE TABLE IF NOT EXISTS contract (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  contract_id UUID NOT NULL, service VARCHAR, valid_from DATE, valid_to DATE, "value" BIGINT, currency VARCHAR,
  per VARCHAR, notice_days INTEGER, signed_with UUID, signed_by VARCHAR
);
INSERT INTO contract
SELECT position, NULL, customer, occurred_at, occurred_on, d.contractId, d.service, d.validFrom, d.validTo, d."value",
  d.currency, d.per, d.noticeDays, d.signedWith, d.signedBy
FROM (
  SELECT *, from_json(data, '{"contractId":"UUID","service":"VARCHAR","validFrom":"DATE","validTo":"DATE",
    "value":"BIGINT","currency":"VARCHAR","per":"VARCHAR","noticeDays":"INTEGER","signedWith":"UUID",
    "signedBy":"VARCHAR"}') AS d
  FROM batch WHERE type = 'ContractSigned'
);
