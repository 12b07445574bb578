-- The composite score of customers, from 1 to 10 to six places: the mean of their latest score per value element (see
-- element_score), weighted as `elements` says for the customer's group, which is its industry; for a group that isn't named, as
-- it says for `*` (see element_weight). Elements without a score are left out of the mean: scored and weighed count the
-- elements, and weight_known is the share of the weight that is scored. A customer without any has no row.
CREATE OR REPLACE MACRO pyramid_score(as_of, known, elements) AS TABLE
WITH
  weight AS MATERIALIZED (FROM element_weight(elements)),
  scored AS MATERIALIZED (
    SELECT customer, element, CAST(score * 10 AS HUGEINT) AS score FROM element_score(as_of, known)
  ),
  grouped AS (
    SELECT who.customer, element_group(industry, elements) AS "group"
    FROM (SELECT DISTINCT customer FROM scored) AS who
    LEFT JOIN (
      SELECT coalesce(same.effective, fact.customer) AS customer,
        arg_max(industry, latest_key(same.effective IS NULL, occurred_at, position)) AS industry
      FROM customer_details AS fact
      LEFT JOIN same_customer(as_of, known) AS same ON same.customer = fact.customer
      WHERE counts(occurred_at, position, superseded_position, as_of, known)
      GROUP BY ALL
    ) AS detail ON detail.customer = who.customer
  )
SELECT grouped.customer,
  CAST(rounded_quotient(sum(weight * score) * 100000, sum(weight)) AS DECIMAL(18, 0)) * 0.000001 AS figure,
  count(*) AS scored, any_value(weighed) AS weighed, share(sum(weight), any_value(whole)) AS weight_known
FROM grouped
JOIN weight ON weight."group" = grouped."group"
JOIN (SELECT "group", count(*) AS weighed, sum(weight) AS whole FROM weight GROUP BY "group") AS total
  ON total."group" = grouped."group"
JOIN scored ON scored.customer = grouped.customer AND scored.element = weight.element
GROUP BY grouped.customer
HAVING sum(weight) > 0;
