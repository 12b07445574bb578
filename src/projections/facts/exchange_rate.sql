-- 1 unit of from_currency is rate units of to_currency, from valid_from until the next one.
-- from: ExchangeRateSet
CREATE TABLE IF NOT EXISTS exchange_rate (
  position BIGINT, superseded_position BIGINT, occurred_at TIMESTAMP, occurred_on DATE,
  from_currency VARCHAR, to_currency VARCHAR, rate DECIMAL(28, 10), valid_from DATE
);
INSERT INTO exchange_rate
SELECT position, NULL, occurred_at, occurred_on, d."from", d."to", d.rate, d.validFrom
FROM (
  SELECT *, from_json(data, '{"from":"VARCHAR","to":"VARCHAR","rate":"DECIMAL(28,10)","validFrom":"DATE"}') AS d
  FROM batch WHERE type = 'ExchangeRateSet'
);
