-- Segment and net revenue of the customers that have any over the twelve months up to and including the local day of
-- as_of: what pyramid_ranking gives, without the figures that segments in force have no use for, in half the time.
CREATE OR REPLACE MACRO segment_ranking(as_of, known) AS TABLE
WITH
  buyer AS MATERIALIZED (
    SELECT customer, revenue
    FROM customer_revenue(as_of, known, CAST(local_day(as_of) - INTERVAL 12 MONTH + INTERVAL 1 DAY AS DATE),
      CAST(local_day(as_of) + 1 AS DATE))
    WHERE revenue > 0
  ),
  boundary AS MATERIALIZED (
    SELECT
      CAST(ceil(buyers * a) AS BIGINT) AS last_a,
      CAST(ceil(buyers * b) AS BIGINT) AS last_b,
      CAST(ceil(buyers * c) AS BIGINT) AS last_c
    FROM (SELECT count(*) AS buyers FROM buyer), pyramid_thresholds(as_of, known)
  )
SELECT customer, revenue,
  CASE WHEN rank <= last_a THEN 'A' WHEN rank <= last_b THEN 'B' WHEN rank <= last_c THEN 'C' ELSE 'D' END AS segment
FROM (
  SELECT customer, revenue, row_number() OVER (ORDER BY revenue DESC, customer_id) AS rank
  FROM buyer JOIN customer_key USING (customer)
), boundary;
