-- Every discount and payment terms ever agreed, as known, with the customer it counts for now (`source` is the one it was
-- agreed with) and the local days [valid_from, valid_to) on which it holds: an end that was agreed by as_of shortens it.
CREATE OR REPLACE MACRO agreement_term(as_of, known) AS TABLE
SELECT kind, position, coalesce(same.effective, agreement.customer) AS customer, agreement.customer AS source, agreement_id,
  scope_kind, scope_value, rate, tiers, days, settlement, valid_from, least(valid_to, ends_on) AS valid_to, agreed_with,
  agreed_by
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
LEFT JOIN same_customer(as_of, known) AS same ON same.customer = agreement.customer
LEFT JOIN (
  SELECT agreement_id, arg_max(ends_on, latest_key(true, occurred_at, position)) AS ends_on
  FROM agreement_ended
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
  GROUP BY agreement_id
) AS ending USING (agreement_id);
