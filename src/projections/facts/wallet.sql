-- What a customer spends in a category in all, as somebody estimated it. Amounts in minor units of their currency.
-- from: WalletEstimated
CREATE TABLE IF NOT EXISTS wallet (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  category VARCHAR, annual_spend BIGINT, currency VARCHAR, our_share DECIMAL(9, 6), potential BIGINT, basis VARCHAR,
  competitors VARCHAR[]
);
INSERT INTO wallet
SELECT position, NULL, customer, occurred_at, occurred_on,
  d.category, d.annualSpend, d.currency, d.ourShare, d.potential, d.basis, d.competitors
FROM (
  SELECT *, from_json(data, '{"category":"VARCHAR","annualSpend":"BIGINT","currency":"VARCHAR",
    "ourShare":"DECIMAL(9,6)","potential":"BIGINT","basis":"VARCHAR","competitors":["VARCHAR"]}') AS d
  FROM batch WHERE type = 'WalletEstimated'
);
