-- What the figures over the local days [from_day, to_day) leave out for want of an exchange rate, by currency and in
-- minor units of it.
CREATE OR REPLACE MACRO unconverted_amounts(as_of, known, from_day, to_day) AS TABLE
SELECT currency, CAST(sum(amount) AS BIGINT) AS amount
FROM order_amount(as_of, known)
WHERE NOT converted AND currency <> reporting_currency() AND occurred_on >= from_day AND occurred_on < to_day
GROUP BY currency
HAVING sum(orders) <> 0 OR sum(returns) <> 0
ORDER BY currency;
