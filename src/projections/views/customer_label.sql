-- Id, name and postcode of customers in the list `customers`; `identity` names the kept table of customers that are part
-- of another one (source, customer). The customer's own name comes first, as in customer_profile.
CREATE OR REPLACE MACRO customer_label(as_of, known, customers, identity) AS TABLE
WITH
  asked AS MATERIALIZED (SELECT DISTINCT unnest(CAST(customers AS INTEGER[])) AS customer),
  member AS MATERIALIZED (
    SELECT customer AS source, customer, true AS own FROM asked
    UNION ALL
    SELECT source, customer, false FROM query_table(identity) SEMI JOIN asked USING (customer)
  )
SELECT label.customer, customer_id, name, postcode
FROM (
  SELECT member.customer, arg_max(name, latest_key(own, occurred_at, position)) AS name,
    arg_max(postcode, latest_key(own, occurred_at, position)) AS postcode
  FROM customer_details
  JOIN member ON source = customer_details.customer
  WHERE (name IS NOT NULL OR postcode IS NOT NULL)
    AND counts(occurred_at, position, superseded_position, as_of, known)
  GROUP BY member.customer
) AS label
JOIN customer_key USING (customer);
