-- What was attributed to customers by hand and what it cost: rows of activity_cost, see there.
CREATE OR REPLACE MACRO activity_attributed(as_of, known) AS TABLE
SELECT position, source, occurred_at, occurred_on, activity, per, parts, rate, currency, converted, amount,
  converted(amount, currency, factor) AS cost
FROM (
  SELECT done.position, done.customer AS source, occurred_at, occurred_on, done.activity AS activity, rate.per AS per,
    CAST(quantity * 3000 AS BIGINT) AS parts, rate, currency, converted, factor,
    TRY(rounded_quotient(CAST(quantity * 3000 AS BIGINT) * unit_cost, 3000000000)) AS amount
  FROM activity_done AS done
  LEFT JOIN activity_rate_in_force(known) AS rate
    ON rate.activity = done.activity AND occurred_on >= valid_from AND occurred_on < valid_to
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
);
