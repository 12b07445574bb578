-- The customer pyramid: everybody who bought in its twelve months with segment A, B, C or D and rank, as in the ranking kept
-- in the table named `kept_ranking` (see pyramid_ranking); and every other registered customer: prospect or suspect where
-- nothing more was ever said of it and it never ordered, otherwise inactive. A relationship that ended keeps the place that
-- its revenue gives it. Amounts in minor units of the reporting currency.
CREATE OR REPLACE MACRO pyramid_from(as_of, known, kept_ranking) AS TABLE
WITH
  other AS MATERIALIZED (
    SELECT customer, arg_max(lifecycle, key) AS lifecycle
    FROM (
      SELECT coalesce(same.effective, fact.customer) AS customer, lifecycle,
        latest_key(same.effective IS NULL, occurred_at, position) AS key
      FROM customer_lifecycle AS fact
      LEFT JOIN same_customer(as_of, known) AS same ON same.customer = fact.customer
      WHERE counts(occurred_at, position, superseded_position, as_of, known)
    )
    ANTI JOIN (SELECT customer FROM query_table(kept_ranking) WHERE segment IS NOT NULL) AS buyer USING (customer)
    GROUP BY customer
  ),
  hopeful AS MATERIALIZED (
    SELECT customer AS source, customer FROM other WHERE lifecycle IN ('prospect', 'suspect')
    UNION ALL
    SELECT same.customer, effective
    FROM same_customer(as_of, known) AS same
    JOIN other ON other.customer = effective
    WHERE lifecycle IN ('prospect', 'suspect')
  )
SELECT customer, revenue, cost, net_costed, rank, segment
FROM query_table(kept_ranking)
WHERE segment IS NOT NULL
UNION ALL
SELECT other.customer, coalesce(revenue, 0), coalesce(cost, 0), coalesce(net_costed, 0), NULL,
  if(lifecycle IN ('prospect', 'suspect') AND former.customer IS NULL, lifecycle, 'inactive')
FROM other
LEFT JOIN query_table(kept_ranking) AS ranked ON ranked.customer = other.customer
LEFT JOIN (
  SELECT DISTINCT hopeful.customer
  FROM (
    SELECT customer FROM order_placed
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
    UNION ALL
    SELECT customer FROM order_return
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
  ) AS bought
  JOIN hopeful ON hopeful.source = bought.customer
) AS former ON former.customer = other.customer
UNION ALL
-- Bought before being registered, and sent it all back.
SELECT customer, revenue, cost, net_costed, NULL, 'inactive'
FROM query_table(kept_ranking)
ANTI JOIN other USING (customer)
WHERE segment IS NULL;
