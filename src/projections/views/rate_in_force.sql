-- Exchange rates to the reporting currency as known: a row for each currency and stretch of days [valid_from, valid_to).
-- An amount in minor units of `currency` times `factor` is one in those of the reporting currency. A rate holds until
-- the next one between the same two currencies. One that was set from the reporting currency to the other is inverted,
-- unless the same day also has one that was set directly. Rates are never chained over a third currency.
CREATE OR REPLACE MACRO rate_in_force(known) AS TABLE
SELECT
  currency,
  valid_from,
  coalesce(lead(valid_from) OVER (PARTITION BY currency ORDER BY valid_from), DATE 'infinity') AS valid_to,
  -- Minor units differ: a yen has none, a dinar has a thousand.
  CAST(factor * CAST(pow(10, minor_unit(reporting_currency()) - minor_unit(currency)) AS DECIMAL(12, 3)) AS DECIMAL(38, 18))
    AS factor
FROM (
  SELECT
    if(to_currency = reporting_currency(), from_currency, to_currency) AS currency,
    valid_from,
    arg_max(
      if(
        to_currency = reporting_currency(),
        CAST(rate AS DECIMAL(38, 15)),
        -- 10^25 over a whole number of 10^-10 is the inverse in whole 10^-15: no floating point comes near it.
        CAST((CAST(1e25 AS HUGEINT) // CAST(rate * 10000000000 AS HUGEINT)) AS DECIMAL(38, 0)) * 0.000000000000001
      ),
      (to_currency = reporting_currency(), position)
    ) AS factor
  FROM exchange_rate
  WHERE known_now(position, superseded_position, known)
    AND from_currency <> to_currency
    AND (from_currency = reporting_currency() OR to_currency = reporting_currency())
  GROUP BY ALL
);
