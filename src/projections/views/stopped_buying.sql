-- What a customer bought before and stopped buying, by product group or by article (level 'sku'); members are the
-- customers under which its orders may stand. By its own rhythm: bought on three days at least, and now not for more
-- than twice the median of its gaps and for longer than ever before, so that a buyer of each autumn doesn't stop each
-- spring. yearly: net revenue of the twelve months up to the last day that it was bought on, returns since then taken
-- off; minor units of the reporting currency.
CREATE OR REPLACE MACRO stopped_buying(as_of, known, members, level) AS TABLE
WITH
  member AS MATERIALIZED (SELECT unnest(CAST(members AS INTEGER[])) AS source),
  line AS MATERIALIZED (
    SELECT if(level = 'sku', sku, product_group) AS item, occurred_on, lines, net
    FROM product_line(as_of, known, DATE '0001-01-01', DATE '9999-12-31') SEMI JOIN member USING (source)
  ),
  rhythm AS MATERIALIZED (
    SELECT item, count(*) AS purchases, min(occurred_on) AS first_on, max(occurred_on) AS last_on,
      median(gap) AS median_gap, max(gap) AS longest_gap
    FROM (
      SELECT item, occurred_on, occurred_on - lag(occurred_on) OVER (PARTITION BY item ORDER BY occurred_on) AS gap
      FROM (SELECT DISTINCT item, occurred_on FROM line WHERE lines = 1 AND item IS NOT NULL)
    )
    GROUP BY item
    HAVING count(*) >= 3
  )
SELECT rhythm.item, any_value(purchases) AS purchases, any_value(first_on) AS first_on, any_value(last_on) AS last_on,
  any_value(median_gap) AS median_gap, CAST(any_value(longest_gap) AS INTEGER) AS longest_gap,
  CAST(local_day(as_of) - any_value(last_on) AS INTEGER) AS days_since, CAST(coalesce(sum(net), 0) AS BIGINT) AS yearly
FROM rhythm
JOIN line ON line.item = rhythm.item AND occurred_on > last_on - INTERVAL 12 MONTH
WHERE local_day(as_of) - last_on > 2 * median_gap AND local_day(as_of) - last_on > longest_gap
GROUP BY rhythm.item;
