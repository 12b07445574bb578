-- What competitors charge, the newest word per customer, competitor, article and product group, beside what we do: our price
-- as it was noted, else per unit what the customer paid last for the article in that currency. index_pct is the competitor's
-- price level in per cent of ours, to three places; NULL where ours is not known.
CREATE OR REPLACE MACRO competitor_price_now(as_of, known) AS TABLE
WITH
  same AS MATERIALIZED (FROM same_customer(as_of, known)),
  noted AS MATERIALIZED (
    SELECT coalesce(effective, fact.customer) AS customer, competitor, sku, product_group, price, our_price, currency,
      index_pct, basis, occurred_on AS noted_on, position
    FROM competitor_price AS fact
    LEFT JOIN same ON same.customer = fact.customer
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
    QUALIFY row_number() OVER (
      PARTITION BY coalesce(effective, fact.customer), competitor, sku, product_group
      ORDER BY occurred_at DESC, position DESC
    ) = 1
  ),
  paid AS (
    SELECT noted.position,
      arg_max(
        TRY(CAST(rounded_quotient(
          CAST(order_line.net AS HUGEINT) * 1000000000,
          CAST(order_line.quantity * 1000 AS HUGEINT) * CAST(minor_units(order_line.currency) AS HUGEINT)
        ) AS DECIMAL(18, 0)) * 0.000001),
        (occurred_at, order_line.position, -line)
      ) AS our_price
    FROM noted
    LEFT JOIN same ON same.effective = noted.customer
    JOIN order_line
      ON order_line.customer IN (noted.customer, same.customer)
      AND order_line.sku = noted.sku AND order_line.currency = noted.currency
    WHERE noted.price IS NOT NULL AND noted.our_price IS NULL
      AND counts(occurred_at, order_line.position, superseded_position, as_of, known)
      AND order_id NOT IN (
        SELECT order_id FROM order_cancelled WHERE counts(occurred_at, position, superseded_position, as_of, known)
      )
    GROUP BY noted.position
  )
SELECT customer, competitor, sku, product_group, price, coalesce(noted.our_price, paid.our_price) AS our_price,
  CASE WHEN noted.our_price IS NOT NULL THEN 'noted' WHEN paid.our_price IS NOT NULL THEN 'lastOrder' END AS our_price_from,
  currency,
  coalesce(
    index_pct,
    TRY(CAST(rounded_quotient(
      CAST(CAST(price AS DECIMAL(19, 6)) * 1000000 AS HUGEINT) * 100000,
      CAST(CAST(coalesce(noted.our_price, paid.our_price) AS DECIMAL(19, 6)) * 1000000 AS HUGEINT)
    ) AS DECIMAL(18, 0)) * 0.001)
  ) AS index_pct,
  noted_on, basis, position
FROM noted
LEFT JOIN paid USING (position);
