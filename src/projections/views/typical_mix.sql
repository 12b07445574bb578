-- Mean product mix of the customers in the kept table `exemplars` that bought anything, in millionths: see product_mix.
CREATE OR REPLACE MACRO typical_mix(baskets, exemplars) AS TABLE
WITH mix AS MATERIALIZED (FROM product_mix(baskets) SEMI JOIN query_table(exemplars) USING (customer))
SELECT item, CAST(round(sum(part) / any_value(mixes)) AS INTEGER) AS part
FROM mix, (SELECT count(DISTINCT customer) AS mixes FROM mix)
GROUP BY item;
