-- What the customers bought that bought the same as the customer `asked`: for each item that this one did not buy the
-- rule "who buys `because` buys `item`" with the highest confidence (Agrawal, Imielinski & Swami 1993), over the
-- baskets in the kept table `baskets` (see basket). support: buyers of both of all buyers; confidence: of the buyers of
-- `because`; lift: confidence over the share of all buyers that buy the item. Only the `premises` items of which the
-- customer buys most are looked at, and only rules with a lift above 1 that rest on at least `together` buyers of both.
-- yearly: half of those buyers spend at least this much on the item for what the customer spends on `because`; minor
-- units of the reporting currency.
CREATE OR REPLACE MACRO association(baskets, asked, premises, together) AS TABLE
WITH
  own AS MATERIALIZED (SELECT item, revenue FROM query_table(baskets) WHERE customer = asked),
  premise AS MATERIALIZED (FROM own ORDER BY revenue DESC, item LIMIT premises),
  size AS MATERIALIZED (SELECT count(DISTINCT customer) AS buyers FROM query_table(baskets)),
  bought AS MATERIALIZED (SELECT item, count(*) AS buyers FROM query_table(baskets) GROUP BY item),
  alike AS MATERIALIZED (
    SELECT mine.item AS because, mine.customer, mine.revenue
    FROM query_table(baskets) AS mine SEMI JOIN premise ON premise.item = mine.item
  ),
  pair AS (
    SELECT because, other.item, count(*) AS pair_buyers
    FROM alike JOIN query_table(baskets) AS other ON other.customer = alike.customer
    WHERE other.item NOT IN (SELECT item FROM own)
    GROUP BY ALL
    HAVING count(*) >= together
  ),
  rule AS MATERIALIZED (
    SELECT because, pair.item, pair_buyers, size.buyers, one.buyers AS because_buyers, other.buyers AS item_buyers
    FROM pair
    JOIN bought AS one ON one.item = because
    JOIN bought AS other ON other.item = pair.item, size
    WHERE pair_buyers * size.buyers > one.buyers * other.buyers
    QUALIFY row_number() OVER (
      PARTITION BY pair.item ORDER BY pair_buyers / one.buyers DESC, pair_buyers DESC, because
    ) = 1
  ),
  spent AS (
    SELECT rule.item, median(other.revenue / alike.revenue) AS ratio
    FROM rule
    JOIN alike ON alike.because = rule.because
    JOIN query_table(baskets) AS other ON other.customer = alike.customer AND other.item = rule.item
    GROUP BY rule.item
  )
SELECT rule.item, because, pair_buyers, buyers, because_buyers, item_buyers, share(pair_buyers, buyers) AS support,
  share(pair_buyers, because_buyers) AS confidence,
  share(pair_buyers * buyers, because_buyers * item_buyers) AS lift,
  CAST(round(own.revenue * ratio) AS BIGINT) AS yearly
FROM rule
JOIN spent ON spent.item = rule.item
JOIN own ON own.item = because;
