-- The rolling twelve months of revenue_step by customer: `revenue` at the ends of the months [number, until), where it is more
-- than nothing. Who is one customer is as of `identity_at`. In minor units of the reporting currency.
CREATE OR REPLACE MACRO revenue_level(as_of, known, identity_at) AS TABLE
SELECT number, until, revenue
FROM (
  SELECT "month" AS number, CAST(sum(net) OVER rolling AS BIGINT) AS revenue,
    coalesce(lead("month") OVER rolling, 2147483647) AS until
  FROM (
    SELECT coalesce(effective, source) AS customer, "month", sum(net) AS net
    FROM (
      SELECT source, unnest([enters, leaves]) AS "month", unnest([net, -net]) AS net
      FROM (
        SELECT source, enters, leaves, sum(net) AS net
        FROM revenue_step(as_of, known)
        WHERE enters < leaves AND net <> 0
        GROUP BY ALL
      )
    )
    LEFT JOIN same_customer(identity_at, known) AS same ON same.customer = source
    GROUP BY ALL
  )
  WINDOW rolling AS (PARTITION BY customer ORDER BY "month")
)
WHERE revenue > 0;
