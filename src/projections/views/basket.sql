-- What each customer bought and kept over the twelve months up to and including the local day of as_of: the product
-- groups, or the articles (level 'sku'), of which it has any net revenue left. Minor units of the reporting currency.
CREATE OR REPLACE MACRO basket(as_of, known, level) AS TABLE
SELECT coalesce(same.effective, source) AS customer, item, CAST(sum(net) AS BIGINT) AS revenue
FROM (
  SELECT source, if(level = 'sku', sku, product_group) AS item, sum(net) AS net
  FROM product_line(as_of, known, CAST(local_day(as_of) - INTERVAL 12 MONTH + INTERVAL 1 DAY AS DATE),
    CAST(local_day(as_of) + 1 AS DATE))
  GROUP BY ALL
) AS bought
LEFT JOIN same_customer(as_of, known) AS same ON same.customer = source
WHERE item IS NOT NULL
GROUP BY ALL
HAVING sum(net) > 0;
