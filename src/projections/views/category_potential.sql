-- Share of wallet and potential by customer and category: own is our net revenue of the twelve months up to and
-- including the local day of as_of. Where it comes from: the orders, where there is a product group of the category's
-- name (kept_groups keeps those ever sold); otherwise the share that was told with the estimate; NULL without either.
-- share = own / spend, potential = spend - own, both NULL where one of them is not known. Minor units of the reporting
-- currency. asked: see category_line.
CREATE OR REPLACE MACRO category_potential(as_of, known, kept_groups, asked) AS TABLE
SELECT customer, position, category, "key", estimated_on, basis, competitors, annual_spend, currency, converted,
  our_share, told_potential, own_from, spend, own, share(own, spend) AS share, spend - own AS potential
FROM (
  SELECT estimate.*,
    CASE
      WHEN sold."key" IS NOT NULL THEN 'orders'
      WHEN our_share IS NOT NULL THEN 'estimate'
    END AS own_from,
    CASE
      WHEN sold."key" IS NOT NULL THEN coalesce(bought.net, 0)
      ELSE CAST(round(spend * our_share) AS BIGINT)
    END AS own
  FROM wallet_in_force(as_of, known) AS estimate
  LEFT JOIN query_table(kept_groups) AS sold ON sold."key" = estimate."key"
  LEFT JOIN (
    SELECT customer, "key", CAST(sum(net) AS BIGINT) AS net FROM category_line(as_of, known, asked) GROUP BY ALL
  ) AS bought ON bought.customer = estimate.customer AND bought."key" = estimate."key"
  WHERE asked IS NULL OR list_contains(CAST(asked AS INTEGER[]), estimate.customer)
);
