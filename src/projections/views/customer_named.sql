-- Name and country of the customers in the list `customers` (see customer_profile), without looking at all the others.
CREATE OR REPLACE MACRO customer_named(as_of, known, customers) AS TABLE
WITH
  asked AS MATERIALIZED (SELECT DISTINCT unnest(customers) AS customer),
  member AS MATERIALIZED (
    SELECT customer AS source, customer, true AS own FROM asked
    UNION ALL
    SELECT same.customer, effective, false
    FROM same_customer(as_of, known) AS same SEMI JOIN asked ON asked.customer = effective
  )
SELECT member.customer,
  arg_max(name, latest_key(own, occurred_at, position)) AS name,
  arg_max(country, latest_key(true, occurred_at, position)) AS country
FROM customer_details
JOIN member ON member.source = customer_details.customer
WHERE counts(occurred_at, position, superseded_position, as_of, known)
GROUP BY member.customer;
