-- References that customers gave, to whom, and what came of it (sealed). consented: whether there was consent to that use when
-- it was given; NULL where no use is known.
CREATE OR REPLACE MACRO reference_made(as_of, known) AS TABLE
WITH
  same AS MATERIALIZED (FROM same_customer(as_of, known)),
  given AS MATERIALIZED (
    SELECT coalesce(effective, fact.customer) AS customer, to_name, to_customer_id, use, outcome, occurred_at, occurred_on,
      position
    FROM reference_given AS fact
    LEFT JOIN same ON same.customer = fact.customer
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
  )
SELECT given.*, CASE WHEN use IS NOT NULL THEN coalesce(granted, false) END AS consented
FROM given
LEFT JOIN (
  SELECT given.position, arg_max(granted, latest_key(true, fact.occurred_at, fact.position)) AS granted
  FROM given
  LEFT JOIN same ON same.effective = given.customer
  JOIN reference_consent AS fact
    ON fact.customer IN (given.customer, same.customer)
    AND (fact.use = given.use OR (fact.use IS NULL AND given.use IS NOT NULL))
    AND fact.occurred_at <= given.occurred_at
  WHERE counts(fact.occurred_at, fact.position, fact.superseded_position, as_of, known)
  GROUP BY given.position
) AS consent USING (position);
