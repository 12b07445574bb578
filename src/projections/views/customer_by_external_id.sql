-- The customer that an outside system knows by this key: the one it is part of, if any.
CREATE OR REPLACE MACRO customer_by_external_id(as_of, known, system, outside_key) AS TABLE
SELECT coalesce(same.effective, fact.customer) AS customer
FROM customer_external_id AS fact
LEFT JOIN same_customer(as_of, known) AS same ON same.customer = fact.customer
WHERE source = system AND key = outside_key AND counts(occurred_at, position, superseded_position, as_of, known);
