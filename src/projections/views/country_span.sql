-- The countries of customers through time: the country that was last heard of held from the instant from_at until to_at.
CREATE OR REPLACE MACRO country_span(as_of, known) AS TABLE
SELECT customer, country, occurred_at AS from_at,
  coalesce(lead(occurred_at) OVER later, CAST('infinity' AS TIMESTAMP)) AS to_at
FROM (
  SELECT coalesce(same.effective, fact.customer) AS customer, country, occurred_at, position
  FROM customer_details AS fact
  LEFT JOIN same_customer(as_of, known) AS same ON same.customer = fact.customer
  WHERE country IS NOT NULL AND counts(occurred_at, position, superseded_position, as_of, known)
  QUALIFY country IS DISTINCT FROM lag(country) OVER (
    PARTITION BY coalesce(same.effective, fact.customer) ORDER BY occurred_at, position
  )
)
WINDOW later AS (PARTITION BY customer ORDER BY occurred_at, position);
