-- The pyramid by another policy than shares of the customers by revenue, over the same customers: those of the ranking that is
-- kept in the table named `kept_ranking` (see pyramid_ranking) with net revenue, best figure first, ties by customer id.
-- figure is what they are ranked by: revenue; contribution (see pyramid_contribution), or score (see pyramid_score), kept in
-- the table named `kept_figures`. Customers without a figure come last, in D.
--
-- thresholds_of customers: A, B and C end at the shares a, b and c of the customers, rounded up. cumulativeRevenue: a customer
-- is in A while those before it bring less than the share a of all net revenue, so that the one that reaches it is in.
-- score: A are those whose figure is at least a.
CREATE OR REPLACE MACRO pyramid_ranking_by(kept_ranking, kept_figures, thresholds_of, a, b, c) AS TABLE
WITH
  ranked AS MATERIALIZED (
    SELECT base.customer, revenue, cost, net_costed, figure,
      row_number() OVER best_first AS rank,
      coalesce(sum(revenue) OVER (best_first ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING), 0) AS before
    FROM query_table(kept_ranking) AS base
    JOIN customer_key ON customer_key.customer = base.customer
    LEFT JOIN (SELECT customer, figure FROM query_table(kept_figures)) AS figured ON figured.customer = base.customer
    WHERE revenue > 0
    WINDOW best_first AS (ORDER BY figure DESC NULLS LAST, customer_id)
  ),
  boundary AS MATERIALIZED (
    SELECT
      CASE thresholds_of
        WHEN 'customers' THEN CAST(ceil(buyers * a) AS BIGINT)
        WHEN 'score' THEN (SELECT count(*) FROM ranked WHERE figure >= a)
        ELSE (SELECT count(*) FROM ranked WHERE before * 1000000 < total * CAST(a * 1000000 AS HUGEINT))
      END AS last_a,
      CASE thresholds_of
        WHEN 'customers' THEN CAST(ceil(buyers * b) AS BIGINT)
        WHEN 'score' THEN (SELECT count(*) FROM ranked WHERE figure >= b)
        ELSE (SELECT count(*) FROM ranked WHERE before * 1000000 < total * CAST(b * 1000000 AS HUGEINT))
      END AS last_b,
      CASE thresholds_of
        WHEN 'customers' THEN CAST(ceil(buyers * c) AS BIGINT)
        WHEN 'score' THEN (SELECT count(*) FROM ranked WHERE figure >= c)
        ELSE (SELECT count(*) FROM ranked WHERE before * 1000000 < total * CAST(c * 1000000 AS HUGEINT))
      END AS last_c
    FROM (SELECT count(*) AS buyers, CAST(sum(revenue) AS HUGEINT) AS total FROM ranked)
  )
SELECT customer, revenue, cost, net_costed, rank,
  CASE
    WHEN figure IS NULL THEN 'D'
    WHEN rank <= last_a THEN 'A'
    WHEN rank <= last_b THEN 'B'
    WHEN rank <= last_c THEN 'C'
    ELSE 'D'
  END AS segment,
  CAST(figure AS DECIMAL(24, 6)) AS figure
FROM ranked, boundary
UNION ALL
SELECT customer, revenue, cost, net_costed, NULL, NULL, NULL FROM query_table(kept_ranking) WHERE revenue <= 0;
