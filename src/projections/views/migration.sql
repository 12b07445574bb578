-- Customers by where they stood at the first of two dates and stand at the second (see migration_standing), as now known:
-- `was` is new for who was no customer then. Customers that were taken over in between count as the one they are part of
-- now, and stood where that one did (or, where it was no customer yet, the best of them). Revenue in minor units of the
-- reporting currency, over the twelve months of each pyramid.
CREATE OR REPLACE MACRO migration(first_as_of, as_of, known, first_ranking, last_ranking) AS TABLE
SELECT coalesce(present.customer, former.customer) AS customer, coalesce(former.standing, 'new') AS was,
  coalesce(present.standing, 'inactive') AS "now", coalesce(former.revenue, 0) AS revenue_was,
  coalesce(present.revenue, 0) AS revenue_now
FROM migration_standing(as_of, known, last_ranking) AS present
FULL JOIN (
  SELECT coalesce(same.effective, standing.customer) AS customer,
    arg_min(standing, (same.effective IS NOT NULL, standing = 'lost', standing)) AS standing,
    CAST(sum(revenue) AS BIGINT) AS revenue
  FROM migration_standing(first_as_of, known, first_ranking) AS standing
  LEFT JOIN same_customer(as_of, known) AS same ON same.customer = standing.customer
  GROUP BY ALL
) AS former ON former.customer = present.customer;
