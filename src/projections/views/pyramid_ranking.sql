-- Customers that ordered or returned anything over the twelve months up to and including the local day of as_of, best net
-- revenue first (ties by customer id). Those with net revenue are A, B, C or D at the cumulative shares of the value
-- policy, each rounded up; the others have no segment here. cost and net_costed cover what has a known cost. Amounts in
-- minor units of the reporting currency. Depends on nothing but that day and what revenue_touch lists.
--
-- `nearby` names a table with what customers bought from the day nearby_from on until as_of (a kept contribution_by_source):
-- then only the days between that day and the first of the twelve months are gone through. `nothing_bought` and NULL go
-- through all of them.
CREATE OR REPLACE MACRO pyramid_ranking(as_of, known, nearby, nearby_from) AS TABLE
WITH
  figure AS MATERIALIZED (
    SELECT coalesce(same.effective, source) AS customer, CAST(coalesce(sum(net), 0) AS BIGINT) AS revenue,
      CAST(coalesce(sum(cost), 0) AS BIGINT) AS cost, CAST(coalesce(sum(net_costed), 0) AS BIGINT) AS net_costed
    FROM (
      SELECT source, revenue AS net, cost, net_costed, entries FROM query_table(nearby) WHERE entries > 0
      UNION ALL
      SELECT customer, net, cost, net_costed, 1
      FROM order_amount(as_of, known)
      WHERE occurred_on >= CAST(local_day(as_of) - INTERVAL 12 MONTH + INTERVAL 1 DAY AS DATE)
        AND occurred_on < coalesce(nearby_from, CAST(local_day(as_of) + 1 AS DATE))
      UNION ALL
      SELECT customer, -net, -cost, -net_costed, -1
      FROM order_amount(as_of, known)
      WHERE occurred_on >= coalesce(nearby_from, CAST(local_day(as_of) + 1 AS DATE))
        AND occurred_on < CAST(local_day(as_of) - INTERVAL 12 MONTH + INTERVAL 1 DAY AS DATE)
    ) AS entry
    LEFT JOIN same_customer(as_of, known) AS same ON same.customer = source
    GROUP BY ALL
    HAVING sum(entries) > 0
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
