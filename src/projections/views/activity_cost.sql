-- What was done for customers and what it cost: a row for each event and activity that it drives. `source` is the customer
-- it was recorded with. parts counts 3,000ths of what the rate is per, so that minutes of an hour and thousandths of a
-- unit are whole. amount is rounded half away from zero, in minor units of the rate's currency; cost is it in those of
-- the reporting currency, NULL without an exchange rate. What was attributed on a day without a rate has neither.
--
-- Driven: visits and calls (interactions by phone), the hours of visits whose minutes are known, orders and their lines
-- (also of an order that was cancelled later: the work was done), deliveries.
CREATE OR REPLACE MACRO activity_cost(as_of, known) AS TABLE
WITH rate AS MATERIALIZED (FROM activity_rate_in_force(known))
SELECT position, source, occurred_at, occurred_on, activity, per, parts, rate, currency, converted, amount,
  converted(amount, currency, factor) AS cost
FROM (
  SELECT driver.position, driver.customer AS source, occurred_at, occurred_on, rate.activity, rate.per, parts, rate,
    currency, converted, factor,
    if(parts = 3000, one_cost, TRY(rounded_quotient(parts * unit_cost, 3000000000))) AS amount
  FROM (
    SELECT 'visit' AS per, position, customer, occurred_at, occurred_on, 3000 AS parts
    FROM contact
    WHERE kind = 'visit' AND counts(occurred_at, position, superseded_position, as_of, known)
    UNION ALL
    SELECT 'hour', position, customer, occurred_at, occurred_on, minutes * 50
    FROM contact
    WHERE kind = 'visit' AND minutes > 0 AND counts(occurred_at, position, superseded_position, as_of, known)
    UNION ALL
    SELECT 'call', position, customer, occurred_at, occurred_on, 3000
    FROM contact
    WHERE channel = 'phone' AND counts(occurred_at, position, superseded_position, as_of, known)
    UNION ALL
    SELECT 'order', position, customer, occurred_at, occurred_on, 3000
    FROM order_placed
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
    UNION ALL
    SELECT 'line', position, customer, occurred_at, occurred_on, lines * 3000
    FROM order_placed
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
    UNION ALL
    SELECT 'delivery', position, customer, occurred_at, occurred_on, 3000
    FROM order_delivered
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
  ) AS driver
  JOIN rate ON rate.per = driver.per AND occurred_on >= valid_from AND occurred_on < valid_to
)
UNION ALL
FROM activity_attributed(as_of, known);
