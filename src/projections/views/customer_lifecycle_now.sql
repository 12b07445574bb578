-- Suspect, prospect or customer: the latest word on each registered customer that isn't part of another one; its own word
-- comes before that on one it absorbed. Every registration says one.
CREATE OR REPLACE MACRO customer_lifecycle_now(as_of, known) AS TABLE
SELECT
  coalesce(same.effective, fact.customer) AS customer,
  arg_max(lifecycle, latest_key(same.effective IS NULL, occurred_at, position)) AS lifecycle
FROM customer_lifecycle AS fact
LEFT JOIN same_customer(as_of, known) AS same ON same.customer = fact.customer
WHERE counts(occurred_at, position, superseded_position, as_of, known)
GROUP BY ALL;
