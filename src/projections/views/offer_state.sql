-- Every offer that was made, with what has become of it by the local day of as_of: accepted or declined as soon as it
-- was answered (also after it lapsed), expired from valid_to on, otherwise open. `source` is the customer that it was
-- made to, customer the one that this one counts for. value in minor units of `currency`; worth in those of the
-- reporting currency by the rate of the day on which it was made, NULL without a value or a rate.
CREATE OR REPLACE MACRO offer_state(as_of, known) AS TABLE
SELECT coalesce(same.effective, made.customer) AS customer, made.customer AS source, made.position, made.occurred_at,
  made.occurred_on AS made_on, made.offer_id, kind, product, product_group, sku, made.basis, made.valid_to,
  "value", made.currency, made.currency = reporting_currency() OR factor IS NOT NULL AS converted,
  converted("value", made.currency, factor) AS worth,
  CASE
    WHEN accepted THEN 'accepted'
    WHEN NOT accepted THEN 'declined'
    WHEN made.valid_to <= local_day(as_of) THEN 'expired'
    ELSE 'open'
  END AS state,
  answer.occurred_on AS answered_on, reason, order_id
FROM offer AS made
LEFT JOIN (
  SELECT customer, offer_id, occurred_on, accepted, reason, order_id
  FROM offer_answered
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
) AS answer ON answer.customer = made.customer AND answer.offer_id = made.offer_id
LEFT JOIN rate_in_force(known) AS rate
  ON rate.currency = nullif(made.currency, reporting_currency())
  AND made.occurred_on >= rate.valid_from AND made.occurred_on < rate.valid_to
LEFT JOIN same_customer(as_of, known) AS same ON same.customer = made.customer
WHERE counts(made.occurred_at, made.position, made.superseded_position, as_of, known);
