-- Contracts that hold on the local day of as_of: from valid_from up to the day before ends_on, which is its own end or an
-- earlier one that was agreed. yearly: its value a year in minor units of the reporting currency, by the rate of that day;
-- NULL without one, and for a value per term of a contract without an end.
CREATE OR REPLACE MACRO contract_in_force(as_of, known) AS TABLE
SELECT position, coalesce(same.effective, signed.customer) AS customer, contract_id, service, signed.valid_from, ends_on,
  notice_days, signed_with, signed_by, "value", signed.currency, per,
  signed.currency = reporting_currency() OR factor IS NOT NULL AS converted,
  converted(
    CAST(round(CASE per WHEN 'month' THEN "value" * 12 WHEN 'quarter' THEN "value" * 4 WHEN 'year' THEN "value"
      ELSE CAST("value" AS DOUBLE) * 365.25 / (signed.valid_to - signed.valid_from) END) AS BIGINT),
    signed.currency, factor
  ) AS yearly
FROM (
  SELECT position, customer, contract.contract_id, service, valid_from, valid_to, least(valid_to, ended_on) AS ends_on,
    notice_days, signed_with, signed_by, "value", currency, per
  FROM contract
  LEFT JOIN (
    SELECT agreement_id AS contract_id, arg_max(ends_on, latest_key(true, occurred_at, position)) AS ended_on
    FROM agreement_ended
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
    GROUP BY agreement_id
  ) AS ending ON ending.contract_id = contract.contract_id
  WHERE known_now(position, superseded_position, known)
) AS signed
LEFT JOIN rate_in_force(known) AS rate
  ON rate.currency = nullif(signed.currency, reporting_currency())
  AND local_day(as_of) >= rate.valid_from AND local_day(as_of) < rate.valid_to
LEFT JOIN same_customer(as_of, known) AS same ON same.customer = signed.customer
WHERE signed.valid_from <= local_day(as_of) AND (ends_on IS NULL OR ends_on > local_day(as_of));
