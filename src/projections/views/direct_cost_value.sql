-- Direct costs as they count: `source` is the customer they were recorded with, amount in minor units of its currency, cost
-- in those of the reporting currency by the rate of the day they were incurred on, NULL without one.
CREATE OR REPLACE MACRO direct_cost_value(as_of, known) AS TABLE
SELECT position, direct.customer AS source, occurred_at, incurred_on AS occurred_on, what, cause, direct.currency,
  direct.currency = reporting_currency() OR factor IS NOT NULL AS converted, amount,
  converted(amount, direct.currency, factor) AS cost
FROM direct_cost AS direct
LEFT JOIN rate_in_force(known) AS rate
  ON rate.currency = nullif(direct.currency, reporting_currency())
  AND incurred_on >= rate.valid_from AND incurred_on < rate.valid_to
WHERE counts(occurred_at, position, superseded_position, as_of, known);
