-- Of each customer and category the latest estimate of the wallet that counts, recorded with the customer or with one
-- that is part of it. annual_spend and potential are as they were told, in minor units of `currency`; spend and
-- told_potential are in those of the reporting currency by the rate of the day of the estimate, NULL without one.
CREATE OR REPLACE MACRO wallet_in_force(as_of, known) AS TABLE
SELECT coalesce(same.effective, estimate.customer) AS customer, position, category, category_key(category) AS "key",
  occurred_on AS estimated_on, annual_spend, estimate.currency, our_share, basis, competitors,
  estimate.currency = reporting_currency() OR factor IS NOT NULL AS converted,
  converted(annual_spend, estimate.currency, factor) AS spend,
  converted(potential, estimate.currency, factor) AS told_potential
FROM wallet AS estimate
LEFT JOIN rate_in_force(known) AS rate
  ON rate.currency = nullif(estimate.currency, reporting_currency())
  AND occurred_on >= valid_from AND occurred_on < valid_to
LEFT JOIN same_customer(as_of, known) AS same ON same.customer = estimate.customer
WHERE counts(occurred_at, position, superseded_position, as_of, known)
QUALIFY row_number() OVER (
  PARTITION BY coalesce(same.effective, estimate.customer), category_key(category)
  ORDER BY occurred_at DESC, position DESC
) = 1;
