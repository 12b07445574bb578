-- Order lines at the positions [first_position, last_position] on the local days [from_day, to_day), of the customers in
-- the list `members` (as recorded; everybody's where NULL): the discount that was agreed for the day of the order against
-- the one given. Lines of cancelled orders are left out.
--
-- Agreed: of the agreements in force on that day the one for the sku, else for the product group, else for everything; of
-- two alike the one that holds since last, then the one recorded last. From a tier's quantity on its rate takes the place
-- of the agreement's own; one that gives nothing for the quantity is passed over.
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
      CAST(round(quantity * list_price * minor_units(currency)) AS BIGINT) AS list_value
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
  agreement AS MATERIALIZED (
    SELECT *, from_json(tiers, '[{"fromQuantity":"DECIMAL(15,3)","rate":"DECIMAL(9,6)"}]') AS tier
    FROM agreement_term(as_of, known)
    WHERE kind = 'discount'
  ),
  offered AS (
    SELECT line.position, line.line, agreement_id, scope_kind, scope_value, valid_from, agreement.position AS agreed_at,
      coalesce(list_max(list_filter(tier, lambda t: t.fromQuantity <= quantity)).rate, rate) AS rate
    FROM line
    JOIN agreement
      ON agreement.customer = line.customer
      AND agreement.valid_from <= line.occurred_on
      AND (agreement.valid_to IS NULL OR agreement.valid_to > line.occurred_on)
      AND (scope_kind = 'all' OR (scope_kind = 'sku' AND scope_value = sku)
        OR (scope_kind = 'productGroup' AND scope_value = product_group))
  ),
  agreed AS (
    SELECT *
    FROM offered
    WHERE rate IS NOT NULL
    QUALIFY row_number() OVER (
      PARTITION BY position, line
      ORDER BY scope_kind = 'sku' DESC, scope_kind = 'productGroup' DESC, valid_from DESC, agreed_at DESC
    ) = 1
  ),
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
