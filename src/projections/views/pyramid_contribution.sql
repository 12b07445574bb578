-- What the pyramid ranks customers by when the policy says contribution: net revenue less cost of goods, of what has a known
-- cost, less activity and direct costs over the pyramid's twelve months up to and including the local day of as_of. Minor
-- units of the reporting currency. The customers are those of the ranking in the table named `kept_ranking`.
CREATE OR REPLACE MACRO pyramid_contribution(as_of, known, kept_ranking) AS TABLE
WITH spent AS (
  SELECT coalesce(same.effective, source) AS customer, CAST(sum(cost) AS BIGINT) AS cost
  FROM (
    SELECT source, occurred_on, cost FROM activity_cost(as_of, known)
    UNION ALL
    SELECT source, occurred_on, cost FROM direct_cost_value(as_of, known)
  )
  LEFT JOIN same_customer(as_of, known) AS same ON same.customer = source
  WHERE occurred_on >= CAST(local_day(as_of) - INTERVAL 12 MONTH + INTERVAL 1 DAY AS DATE)
    AND occurred_on <= local_day(as_of)
  GROUP BY ALL
)
SELECT ranking.customer, net_costed - ranking.cost - coalesce(spent.cost, 0) AS figure
FROM query_table(kept_ranking) AS ranking
LEFT JOIN spent ON spent.customer = ranking.customer;
