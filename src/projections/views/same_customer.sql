-- Customers that are part of another one, and of which: merges for every as_of once they are known, take-overs from the
-- day they hold. Chains are followed to their end. Where mistakes made a circle, its lowest id stands for all of it.
-- `since` is the day from which the customer is part of the other; NULL when it always was.
CREATE OR REPLACE MACRO same_customer(as_of, known) AS TABLE
WITH RECURSIVE
  edge AS MATERIALIZED (
    SELECT
      way.customer,
      {'id': absorbed.customer_id, 'customer': way.customer} AS node,
      {'id': survivor.customer_id, 'customer': way.next} AS next,
      since
    FROM (
      -- One way out of each customer: having been one all along comes before a take-over, a later take-over before others.
      SELECT customer, arg_max(into_customer, rank) AS next, arg_max(day, rank) AS since
      FROM (
        SELECT
          customer,
          into_customer,
          coalesce(valid_from, DATE '-infinity') AS day,
          (valid_from IS NULL, day, position) AS rank
        FROM customer_identity
        WHERE known_now(position, superseded_position, known)
          AND (valid_from IS NULL OR valid_from <= local_day(as_of))
          AND into_customer <> customer
      )
      GROUP BY customer
    ) AS way
    JOIN customer_key AS absorbed ON absorbed.customer = way.customer
    JOIN customer_key AS survivor ON survivor.customer = way.next
  ),
  walk AS (
    SELECT customer, next, since, [node] AS path FROM edge
    UNION ALL
    SELECT walk.customer, edge.next, greatest(walk.since, edge.since), list_append(path, walk.next)
    FROM walk JOIN edge ON edge.customer = walk.next.customer
    WHERE NOT list_contains(path, walk.next)
  )
SELECT customer, effective, nullif(since, DATE '-infinity') AS since
FROM (
  SELECT
    customer,
    arg_max(
      CASE WHEN list_contains(path, next) THEN list_min(path[list_position(path, next):]) ELSE next END,
      len(path)
    ).customer AS effective,
    arg_max(since, len(path)) AS since
  FROM walk
  GROUP BY customer
)
WHERE effective <> customer;
