-- The customer that a customer's id stands for, when anything was known of it by then: the one it is part of, or itself,
-- with all that are part of that one. customer and customer_id are NULL when there was nothing yet.
CREATE OR REPLACE MACRO customer_found(as_of, known, id) AS TABLE
WITH
  same AS MATERIALIZED (FROM same_customer(as_of, known)),
  named AS (
    SELECT coalesce(same.effective, customer_key.customer) AS customer
    FROM customer_key
    LEFT JOIN same ON same.customer = customer_key.customer
    WHERE customer_id = CAST(id AS UUID)
  ),
  member AS MATERIALIZED (
    SELECT customer AS source FROM named
    UNION ALL
    SELECT same.customer FROM same SEMI JOIN named ON named.customer = same.effective
  )
SELECT named.customer, customer_key.customer_id, (SELECT list(source ORDER BY source) FROM member) AS members
FROM named
JOIN customer_key ON customer_key.customer = named.customer
WHERE EXISTS (
    FROM customer_details SEMI JOIN member ON source = customer
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
  )
  OR EXISTS (
    FROM order_placed SEMI JOIN member ON source = customer
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
  );
