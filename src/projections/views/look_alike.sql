-- How alike every registered customer is to those in the kept table `exemplars`, feature by feature, in millionths: the
-- mean over the features that are known of both (after Gower 1971; a customer is compared with what is typical of the
-- exemplars). Of a word, the share of the exemplars with the same one; of a number, one less the difference of its
-- logarithm from their median, over the distance between the 5th and the 95th percentile of all customers; of the
-- product mix, the part of it that it has in common with their mean mix. compared_by: how many features are known of
-- both. The exemplars themselves and relationships that ended are left out. `features` and `baskets` are kept tables,
-- too: see customer_feature and basket.
CREATE OR REPLACE MACRO look_alike(features, baskets, exemplars) AS TABLE
WITH
  feature AS NOT MATERIALIZED (FROM query_table(features)),
  exemplar AS MATERIALIZED (FROM feature SEMI JOIN query_table(exemplars) USING (customer)),
  by_industry AS MATERIALIZED (
    SELECT industry, CAST(round(1e6 * count(*) / sum(count(*)) OVER ()) AS INTEGER) AS likeness
    FROM exemplar WHERE industry IS NOT NULL GROUP BY industry
  ),
  by_country AS MATERIALIZED (
    SELECT country, CAST(round(1e6 * count(*) / sum(count(*)) OVER ()) AS INTEGER) AS likeness
    FROM exemplar WHERE country IS NOT NULL GROUP BY country
  ),
  by_region AS MATERIALIZED (
    SELECT region, CAST(round(1e6 * count(*) / sum(count(*)) OVER ()) AS INTEGER) AS likeness
    FROM exemplar WHERE region IS NOT NULL GROUP BY region
  ),
  typical AS MATERIALIZED (
    SELECT count(industry) > 0 AS industry, count(country) > 0 AS country, count(region) > 0 AS region,
      CAST(round(1e6 * count(*) FILTER (WHERE referred) / nullif(count(*), 0)) AS INTEGER) AS referred,
      median(ln(orders)) AS orders, median(ln(average_order)) AS average_order
    FROM exemplar
  ),
  spread AS MATERIALIZED (
    SELECT quantile_disc(ln(orders), 0.95) - quantile_disc(ln(orders), 0.05) AS orders,
      quantile_disc(ln(average_order), 0.95) - quantile_disc(ln(average_order), 0.05) AS average_order
    FROM feature
  ),
  typical_mix AS MATERIALIZED (FROM typical_mix(baskets, exemplars)),
  common AS (
    SELECT mix.customer,
      CAST(least(sum(least(mix.part, coalesce(typical_mix.part, 0))), 1000000) AS INTEGER) AS likeness
    FROM product_mix(baskets) AS mix LEFT JOIN typical_mix ON typical_mix.item = mix.item
    WHERE EXISTS (FROM typical_mix)
    GROUP BY mix.customer
  ),
  compared AS (
    SELECT feature.customer, feature.customer_id,
      CASE WHEN feature.industry IS NOT NULL AND typical.industry THEN coalesce(by_industry.likeness, 0) END
        AS industry,
      CASE WHEN feature.country IS NOT NULL AND typical.country THEN coalesce(by_country.likeness, 0) END AS country,
      CASE WHEN feature.region IS NOT NULL AND typical.region THEN coalesce(by_region.likeness, 0) END AS region,
      common.likeness AS product_mix,
      number_likeness(ln(feature.orders), typical.orders, spread.orders) AS order_rhythm,
      number_likeness(ln(feature.average_order), typical.average_order, spread.average_order) AS order_size,
      if(feature.referred, typical.referred, 1000000 - typical.referred) AS referred
    FROM feature
    CROSS JOIN typical
    CROSS JOIN spread
    LEFT JOIN by_industry ON by_industry.industry = feature.industry
    LEFT JOIN by_country ON by_country.country = feature.country
    LEFT JOIN by_region ON by_region.region = feature.region
    LEFT JOIN common ON common.customer = feature.customer
    WHERE NOT ended
  )
SELECT *, (2 * likenesses + compared_by) // nullif(2 * compared_by, 0) AS likeness
FROM (
  SELECT *,
    coalesce(industry, 0) + coalesce(country, 0) + coalesce(region, 0) + coalesce(product_mix, 0)
      + coalesce(order_rhythm, 0) + coalesce(order_size, 0) + coalesce(referred, 0) AS likenesses,
    CAST(industry IS NOT NULL AS INTEGER) + CAST(country IS NOT NULL AS INTEGER) + CAST(region IS NOT NULL AS INTEGER)
      + CAST(product_mix IS NOT NULL AS INTEGER) + CAST(order_rhythm IS NOT NULL AS INTEGER)
      + CAST(order_size IS NOT NULL AS INTEGER) + CAST(referred IS NOT NULL AS INTEGER) AS compared_by
  FROM compared
)
ANTI JOIN query_table(exemplars) USING (customer);
