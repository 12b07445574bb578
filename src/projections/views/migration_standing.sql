-- Where customers stand, for the migration matrix: A to D by the ranking kept in the table named `kept_ranking` (see
-- pyramid_from); lost where they have no net revenue and the relationship ended; else inactive. Prospects and suspects
-- are no customers yet: they are not in it.
CREATE OR REPLACE MACRO migration_standing(as_of, known, kept_ranking) AS TABLE
SELECT placed.customer, revenue, if(segment = 'inactive' AND ended, 'lost', segment) AS standing
FROM pyramid_from(as_of, known, kept_ranking) AS placed
LEFT JOIN (
  SELECT coalesce(same.effective, fact.customer) AS customer,
    arg_max(ended, latest_key(same.effective IS NULL, occurred_at, position)) AS ended
  FROM customer_end AS fact
  LEFT JOIN same_customer(as_of, known) AS same ON same.customer = fact.customer
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
  GROUP BY ALL
) AS ending ON ending.customer = placed.customer
WHERE segment NOT IN ('prospect', 'suspect');
