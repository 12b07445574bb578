-- What contributions over the local days [from_day, to_day) leave out for want of an exchange rate, by currency and in
-- minor units of it: revenue as it is, costs negative.
CREATE OR REPLACE MACRO cost_unconverted(as_of, known, from_day, to_day) AS TABLE
SELECT currency, CAST(sum(amount) AS BIGINT) AS amount
FROM (
  FROM unconverted_amounts(as_of, known, from_day, to_day)
  UNION ALL
  SELECT currency, -sum(amount)
  FROM activity_cost(as_of, known)
  WHERE NOT converted AND occurred_on >= from_day AND occurred_on < to_day
  GROUP BY currency
  UNION ALL
  SELECT currency, -sum(amount)
  FROM direct_cost_value(as_of, known)
  WHERE NOT converted AND occurred_on >= from_day AND occurred_on < to_day
  GROUP BY currency
)
GROUP BY currency
ORDER BY currency;
