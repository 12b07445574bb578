-- What activities cost as known: a row for each activity and stretch of days [valid_from, valid_to) with one rate and one
-- exchange rate. Of the rates that have begun the latest holds, until its own end; an earlier one doesn't come back.
-- unit_cost is the rate in millionths of a minor unit of its currency, one_cost what doing it once costs in minor units,
-- rounded half away from zero; factor is NULL in the reporting currency, and where there is no exchange rate.
CREATE OR REPLACE MACRO activity_rate_in_force(known) AS TABLE
WITH
  stretch AS (
    SELECT activity, said.per AS per, said.rate AS rate, said.currency AS currency, valid_from,
      least(
        coalesce(said.valid_to, DATE 'infinity'),
        coalesce(lead(valid_from) OVER (PARTITION BY activity ORDER BY valid_from), DATE 'infinity')
      ) AS valid_to
    FROM (
      SELECT activity, valid_from,
        arg_max({'per': per, 'rate': rate, 'currency': currency, 'valid_to': valid_to}, position) AS said
      FROM activity_rate
      WHERE known_now(position, superseded_position, known)
      GROUP BY ALL
    )
  ),
  exchange AS (
    SELECT currency, valid_from, valid_to, factor FROM rate_in_force(known)
    UNION ALL
    SELECT currency, DATE '-infinity', min(valid_from), NULL FROM rate_in_force(known) GROUP BY currency
  )
SELECT activity, per, rate, stretch.currency,
  stretch.currency = reporting_currency() OR factor IS NOT NULL AS converted, factor,
  greatest(stretch.valid_from, coalesce(exchange.valid_from, DATE '-infinity')) AS valid_from,
  least(stretch.valid_to, coalesce(exchange.valid_to, DATE 'infinity')) AS valid_to,
  CAST(CAST(rate AS DECIMAL(38, 6)) * minor_units(stretch.currency) * 1000000 AS HUGEINT) AS unit_cost,
  CAST(round(rate * minor_units(stretch.currency)) AS BIGINT) AS one_cost
FROM stretch
LEFT JOIN exchange
  ON exchange.currency = nullif(stretch.currency, reporting_currency())
  AND exchange.valid_from < stretch.valid_to AND exchange.valid_to > stretch.valid_from;
