-- What articles cost at each supplier on the local day of as_of (see supplier_price). ends_on: first day on which it no longer
-- holds, which is its own end or the day from which the next price holds; next_* is that one. cost is the price in units of
-- the reporting currency; NULL without an exchange rate.
CREATE OR REPLACE MACRO supplier_price_now(as_of, known) AS TABLE
SELECT now.supplier_id, now.sku, now.price, now.currency, now.valid_from, least(now.valid_to, next.valid_from) AS ends_on,
  next.price AS next_price, next.currency AS next_currency, next.valid_from AS next_from, now.position,
  CAST(TRY(rounded_quotient(
    converted(CAST(CAST(now.price AS DECIMAL(19, 6)) * 1000000 AS BIGINT), now.currency, factor) * minor_units(now.currency),
    -- The factor is one of minor units.
    CAST(minor_units(reporting_currency()) AS BIGINT)
  )) AS DECIMAL(18, 0)) * 0.000001 AS cost
FROM (
  FROM supplier_price
  WHERE valid_from <= local_day(as_of) AND known_now(position, superseded_position, known)
  QUALIFY row_number() OVER (PARTITION BY supplier_id, sku ORDER BY valid_from DESC, position DESC) = 1
) AS now
LEFT JOIN (
  FROM supplier_price
  WHERE valid_from > local_day(as_of) AND counts(occurred_at, position, superseded_position, as_of, known)
  QUALIFY row_number() OVER (PARTITION BY supplier_id, sku ORDER BY valid_from, position DESC) = 1
) AS next USING (supplier_id, sku)
LEFT JOIN rate_in_force(known) AS rate
  ON rate.currency = nullif(now.currency, reporting_currency())
  AND local_day(as_of) >= rate.valid_from AND local_day(as_of) < rate.valid_to
WHERE now.valid_to IS NULL OR now.valid_to > local_day(as_of);
