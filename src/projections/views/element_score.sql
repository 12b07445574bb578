-- The latest score of each customer on each value element, from 1 to 10, with what it rests on (sealed) and whose judgement it
-- is. The word on the customer itself comes before that on one that is part of it.
CREATE OR REPLACE MACRO element_score(as_of, known) AS TABLE
SELECT customer, element,
  arg_max(score, key) AS score,
  arg_max(occurred_on, key) AS scored_on,
  arg_max_null(basis, key) AS basis,
  arg_max_null(scored_by, key) AS scored_by,
  arg_max(position, key) AS position
FROM (
  SELECT coalesce(same.effective, fact.customer) AS customer, element, score, occurred_on, basis, scored_by, position,
    latest_key(same.effective IS NULL, occurred_at, position) AS key
  FROM customer_score AS fact
  LEFT JOIN same_customer(as_of, known) AS same ON same.customer = fact.customer
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
)
GROUP BY customer, element;
