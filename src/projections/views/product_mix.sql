-- Share of each product group in what a customer bought and kept, in millionths; `baskets` keeps that (see basket).
CREATE OR REPLACE MACRO product_mix(baskets) AS TABLE
SELECT bought.customer, item, CAST(round(1e6 * revenue / whole) AS INTEGER) AS part
FROM query_table(baskets) AS bought
JOIN (SELECT customer, sum(revenue) AS whole FROM query_table(baskets) GROUP BY customer) AS total
  ON total.customer = bought.customer;
