-- Lines of the twelve months up to and including the local day of as_of that customers bought of the categories that
-- somebody estimated their wallet of: of the customers in the list `asked`, of all when that is NULL. A category is the
-- product group of the same name. net in minor units of the reporting currency, returns negative.
CREATE OR REPLACE MACRO category_line(as_of, known, asked) AS TABLE
WITH
  estimate AS MATERIALIZED (
    SELECT customer, "key" FROM wallet_in_force(as_of, known)
    WHERE asked IS NULL OR list_contains(CAST(asked AS INTEGER[]), customer)
  ),
  member AS MATERIALIZED (
    SELECT DISTINCT customer AS source, customer FROM estimate
    UNION ALL
    SELECT same.customer, effective
    FROM same_customer(as_of, known) AS same
    SEMI JOIN estimate ON estimate.customer = effective
  )
SELECT member.customer, "key", position, net
FROM product_line(as_of, known, CAST(local_day(as_of) - INTERVAL 12 MONTH + INTERVAL 1 DAY AS DATE),
  CAST(local_day(as_of) + 1 AS DATE)) AS line
JOIN member ON member.source = line.source
JOIN estimate ON estimate.customer = member.customer AND "key" = category_key(product_group);
