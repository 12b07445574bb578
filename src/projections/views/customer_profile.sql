-- Every customer that was registered by as_of and isn't part of another one, with what was known of it. The country is
-- that of the latest word on it, an order's or anybody's; the rest is the customer's own, or else that of one it absorbed.
CREATE OR REPLACE MACRO customer_profile(as_of, known) AS TABLE
WITH
  same AS NOT MATERIALIZED (SELECT customer, effective FROM same_customer(as_of, known)),
  detail AS NOT MATERIALIZED (
    SELECT
      coalesce(same.effective, fact.customer) AS customer,
      arg_max(name, latest_key(same.effective IS NULL, occurred_at, position)) AS name,
      arg_max(postcode, latest_key(same.effective IS NULL, occurred_at, position)) AS postcode,
      arg_max(country, latest_key(true, occurred_at, position)) AS country,
      arg_max(region, latest_key(same.effective IS NULL, occurred_at, position)) AS region,
      arg_max(industry, latest_key(same.effective IS NULL, occurred_at, position)) AS industry,
      min(occurred_at) FILTER (WHERE registered) AS registered_at
    FROM customer_details AS fact
    LEFT JOIN same ON same.customer = fact.customer
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
    GROUP BY ALL
    HAVING bool_or(registered)
  )
SELECT detail.customer, customer_key.customer_id, name, postcode, country, region, industry, lifecycle, registered_at,
  coalesce(ended, false) AS ended, ended_at
FROM detail
JOIN customer_key ON customer_key.customer = detail.customer
LEFT JOIN customer_lifecycle_now(as_of, known) AS life ON life.customer = detail.customer
LEFT JOIN (
  SELECT
    customer,
    arg_max(ended, latest_key(true, occurred_at, position)) AS ended,
    arg_max(if(ended, occurred_at, NULL), latest_key(true, occurred_at, position)) AS ended_at
  FROM customer_end
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
  GROUP BY customer
) AS ending ON ending.customer = detail.customer;
