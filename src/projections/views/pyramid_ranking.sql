-- Customers that ordered or returned anything over the twelve months up to and including the local day of as_of, best net
-- revenue first (ties by customer id). Those with net revenue are A, B, C or D at the cumulative shares of the value
-- policy, each rounded up; the others have no segment here. cost and net_costed cover what has a known cost. Amounts in
-- minor units of the reporting currency. Depends on nothing but that day and what revenue_touch lists.
CREATE OR REPLACE MACRO pyramid_ranking(as_of, known) AS TABLE
WITH
  figure AS MATERIALIZED (
    SELECT customer, revenue, cost, net_costed
    FROM customer_revenue(as_of, known, CAST(local_day(as_of) - INTERVAL 12 MONTH + INTERVAL 1 DAY AS DATE),
      CAST(local_day(as_of) + 1 AS DATE))
  ),
  boundary AS MATERIALIZED (
    SELECT
      buyers,
      CAST(ceil(buyers * a) AS BIGINT) AS last_a,
      CAST(ceil(buyers * b) AS BIGINT) AS last_b,
      CAST(ceil(buyers * c) AS BIGINT) AS last_c
    FROM (SELECT count(*) AS buyers FROM figure WHERE revenue > 0), pyramid_thresholds(as_of, known)
  )
SELECT customer, revenue, cost, net_costed, rank,
  CASE
    WHEN rank <= last_a THEN 'A'
    WHEN rank <= last_b THEN 'B'
    WHEN rank <= last_c THEN 'C'
    WHEN rank <= buyers THEN 'D'
  END AS segment
FROM (
  SELECT figure.*, row_number() OVER (ORDER BY revenue DESC, customer_id) AS rank
  FROM figure JOIN customer_key USING (customer)
), boundary;
