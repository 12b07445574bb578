-- The pyramid (see pyramid_from) by segment, over a ranking that is kept in the table named `kept_ranking`.
CREATE OR REPLACE MACRO pyramid_summary(as_of, known, kept_ranking) AS TABLE
WITH summary AS MATERIALIZED (
  SELECT
    segment,
    count(*) AS customers,
    CAST(sum(revenue) AS BIGINT) AS revenue,
    CAST(sum(net_costed) AS BIGINT) AS net_costed,
    CAST(sum(net_costed - cost) AS BIGINT) AS contribution,
    max(rank) AS last_rank,
    if(max(rank) IS NULL, NULL, min(revenue)) AS lowest_revenue
  FROM pyramid_from(as_of, known, kept_ranking)
  GROUP BY segment
)
SELECT
  segment, customers, revenue, contribution, last_rank, lowest_revenue,
  share(revenue, (SELECT sum(revenue) FROM summary)) AS revenue_share,
  if(last_rank IS NULL, NULL, share(customers, (SELECT sum(customers) FROM summary WHERE last_rank IS NOT NULL)))
    AS customer_share,
  share(contribution, (SELECT sum(contribution) FROM summary)) AS contribution_share,
  share(net_costed, revenue) AS contribution_known_share
FROM summary;
