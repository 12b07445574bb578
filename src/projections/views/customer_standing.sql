-- What a registered customer is when it has no net revenue in the twelve months of the pyramid: a prospect or suspect where
-- nothing more was ever said of it and it never ordered, otherwise inactive (see pyramid_from).
CREATE OR REPLACE MACRO customer_standing(as_of, known) AS TABLE
WITH
  hopeful AS MATERIALIZED (
    SELECT customer FROM customer_lifecycle_now(as_of, known) WHERE lifecycle IN ('prospect', 'suspect')
  ),
  former AS (
    SELECT DISTINCT coalesce(same.effective, bought.customer) AS customer
    FROM (
      SELECT customer FROM order_placed
      WHERE counts(occurred_at, position, superseded_position, as_of, known)
      UNION ALL
      SELECT customer FROM order_return
      WHERE counts(occurred_at, position, superseded_position, as_of, known)
    ) AS bought
    SEMI JOIN (
      SELECT customer FROM hopeful
      UNION ALL
      SELECT same.customer FROM same_customer(as_of, known) AS same SEMI JOIN hopeful ON hopeful.customer = effective
    ) AS source ON source.customer = bought.customer
    LEFT JOIN same_customer(as_of, known) AS same ON same.customer = bought.customer
  )
SELECT life.customer,
  if(lifecycle IN ('prospect', 'suspect') AND former.customer IS NULL, lifecycle, 'inactive') AS standing
FROM customer_lifecycle_now(as_of, known) AS life
LEFT JOIN former ON former.customer = life.customer;
