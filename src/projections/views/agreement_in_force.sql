-- Discounts and payment terms of these customers that hold on the local day of as_of. Validity is by day: an agreement
-- counts from its valid_from up to the day before its valid_to or its earlier end, whenever it was decided.
CREATE OR REPLACE MACRO agreement_in_force(as_of, known, members) AS TABLE
SELECT kind, position, agreement_id, scope_kind, scope_value, rate, tiers, days, settlement, valid_from,
  least(valid_to, ends_on) AS valid_to, agreed_with, agreed_by
FROM (
  SELECT 'discount' AS kind, position, customer, agreement_id, scope_kind, scope_value, rate, tiers, NULL::INTEGER AS days,
    NULL::JSON AS settlement, valid_from, valid_to, agreed_with, agreed_by
  FROM discount_agreement
  WHERE known_now(position, superseded_position, known)
  UNION ALL
  SELECT 'paymentTerms', position, customer, agreement_id, NULL, NULL, NULL, NULL, days, settlement, valid_from, valid_to,
    agreed_with, agreed_by
  FROM payment_terms
  WHERE known_now(position, superseded_position, known)
) AS agreement
SEMI JOIN (SELECT unnest(members) AS customer) AS member USING (customer)
LEFT JOIN (
  SELECT agreement_id, arg_max(ends_on, latest_key(true, occurred_at, position)) AS ends_on
  FROM agreement_ended
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
  GROUP BY agreement_id
) AS ending USING (agreement_id)
WHERE valid_from <= local_day(as_of)
  AND (valid_to IS NULL OR valid_to > local_day(as_of))
  AND (ends_on IS NULL OR ends_on > local_day(as_of));
