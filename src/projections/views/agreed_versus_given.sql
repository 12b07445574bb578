-- Order lines at the positions [first_position, last_position] on the local days [from_day, to_day), of the customers in
-- the list `members` (as recorded; everybody's where NULL): the discount that was agreed for the day of the order against
-- the one given. Lines of cancelled orders are left out.
--
-- Agreed: see discount_agreed.
-- Given: the rate that the line states, else 1 - net / list value; NULL without a list price. list_value and expected_net
-- (what the line would have cost at the agreed rate) are rounded half away from zero.
-- A line differs when the rates do; where the rate follows from the net, when net is more than one minor unit off. NULL
-- when it is not known what was given.
CREATE OR REPLACE MACRO agreed_versus_given(
  as_of, known, members, from_day, to_day, first_position, last_position
) AS TABLE
WITH
  line AS MATERIALIZED (
    SELECT order_line.position, order_line.line, coalesce(same.effective, order_line.customer) AS customer, occurred_at,
      occurred_on, order_id, sku, description, product_group, quantity, list_price, discount_rate, net, currency,
      list_amount(quantity, list_price, currency) AS list_value
    FROM order_line
    LEFT JOIN same_customer(as_of, known) AS same ON same.customer = order_line.customer
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
      AND position BETWEEN first_position AND last_position
      AND occurred_on >= from_day
      AND occurred_on < to_day
      AND (members IS NULL OR order_line.customer IN (SELECT unnest(members)))
      AND order_id NOT IN (
        SELECT order_id FROM order_cancelled WHERE counts(occurred_at, position, superseded_position, as_of, known)
      )
  ),
  agreed AS MATERIALIZED (FROM discount_agreed(as_of, known, 'line')),
  compared AS (
    SELECT line.*, agreement_id, scope_kind, scope_value, agreed_at, rate AS agreed_rate,
      CASE
        WHEN discount_rate IS NOT NULL THEN discount_rate
        WHEN list_value > 0 THEN 1 - share(net, list_value)
      END AS given_rate,
      CAST(round(list_value * (1 - coalesce(rate, 0))) AS BIGINT) AS expected_net
    FROM line
    LEFT JOIN agreed ON agreed.position = line.position AND agreed.line = line.line
  )
SELECT *,
  given_rate - coalesce(agreed_rate, 0) AS difference,
  expected_net - net AS difference_amount,
  CASE
    WHEN discount_rate IS NOT NULL THEN discount_rate <> coalesce(agreed_rate, 0)
    WHEN list_value > 0 THEN abs(expected_net - net) > 1
  END AS differs
FROM compared;
