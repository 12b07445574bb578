-- The composite score of customers, from 1 to 10 to six places: the mean of their latest score per value element, weighted as
-- `elements` (JSON: [{group?, weights: [{element, weight}]}], see value_policy) says for the customer's group, which is its
-- industry; for a group that isn't named, as it says for `*`. Elements without a score are left out of the mean: scored
-- and weighed count the elements. A customer without any has no row.
CREATE OR REPLACE MACRO pyramid_score(as_of, known, elements) AS TABLE
WITH
  weight AS MATERIALIZED (
    SELECT coalesce(g."group", '*') AS "group", w.element AS element,
      CAST(CAST(w.weight AS DECIMAL(15, 3)) * 1000 AS HUGEINT) AS weight
    FROM (
      SELECT g, unnest(g.weights) AS w
      FROM (
        SELECT unnest(from_json(CAST(elements AS JSON),
          '[{"group":"VARCHAR","weights":[{"element":"VARCHAR","weight":"VARCHAR"}]}]')) AS g
      )
    )
  ),
  scored AS MATERIALIZED (
    SELECT coalesce(same.effective, fact.customer) AS customer, element,
      CAST(arg_max(score, latest_key(same.effective IS NULL, occurred_at, position)) * 10 AS HUGEINT) AS score
    FROM customer_score AS fact
    LEFT JOIN same_customer(as_of, known) AS same ON same.customer = fact.customer
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
    GROUP BY ALL
  ),
  grouped AS (
    SELECT who.customer, if(named."group" IS NULL, '*', industry) AS "group"
    FROM (SELECT DISTINCT customer FROM scored) AS who
    LEFT JOIN (
      SELECT coalesce(same.effective, fact.customer) AS customer,
        arg_max(industry, latest_key(same.effective IS NULL, occurred_at, position)) AS industry
      FROM customer_details AS fact
      LEFT JOIN same_customer(as_of, known) AS same ON same.customer = fact.customer
      WHERE counts(occurred_at, position, superseded_position, as_of, known)
      GROUP BY ALL
    ) AS detail ON detail.customer = who.customer
    LEFT JOIN (SELECT DISTINCT "group" FROM weight) AS named ON named."group" = industry
  )
SELECT grouped.customer,
  CAST(rounded_quotient(sum(weight * score) * 100000, sum(weight)) AS DECIMAL(18, 0)) * 0.000001 AS figure,
  count(*) AS scored,
  any_value((SELECT count(*) FROM weight AS all_of WHERE all_of."group" = grouped."group")) AS weighed
FROM grouped
JOIN weight ON weight."group" = grouped."group"
JOIN scored ON scored.customer = grouped.customer AND scored.element = weight.element
GROUP BY grouped.customer
HAVING sum(weight) > 0;
