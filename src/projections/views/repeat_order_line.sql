-- What a repeat of an order begins with: its lines, with what each would cost on the day of as_of. The order is the latest
-- one of the customers in the list `members` that has something of the kind that didn't come back: of the order, product
-- group and article asked for where these are not NULL. Cancelled orders are passed over; `asked_for` tells the lines of
-- the kind.
--
-- quantity: that of the list `asked_quantities` at the place of the line in `asked_lines`, else what was ordered and has not
-- come back. Goods that came back of an article without a line are taken off its lines from the first on.
-- Prices are those of the latest line of the same article, specification and currency (priced_*): its list price less the
-- discount agreed for `customer_asked` (see discount_agreed), else its net price. Amounts in minor units, rounded half away
-- from zero; NULL where they are not known, or beyond any amount of money.
CREATE OR REPLACE MACRO repeat_order_line(
  as_of, known, customer_asked, members, order_asked, group_asked, sku_asked, asked_lines, asked_quantities
) AS TABLE
WITH
  cancelled AS NOT MATERIALIZED (
    SELECT order_id FROM order_cancelled WHERE counts(occurred_at, position, superseded_position, as_of, known)
  ),
  placed AS MATERIALIZED (
    SELECT position, order_id, line, occurred_at, occurred_on, sku, description, product_group, specification, quantity,
      list_price, discount_rate, net, cost, currency,
      (order_asked IS NULL OR order_id = order_asked) AND (group_asked IS NULL OR coalesce(product_group = group_asked, false))
        AND (sku_asked IS NULL OR sku = sku_asked) AS asked_for
    FROM order_line ANTI JOIN cancelled USING (order_id)
    WHERE counts(occurred_at, position, superseded_position, as_of, known) AND customer IN (SELECT unnest(members))
  ),
  came_back AS MATERIALIZED (
    SELECT order_id, sku, order_line, sum(quantity) AS quantity
    FROM return_line SEMI JOIN placed USING (order_id)
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
    GROUP BY ALL
  ),
  open AS (
    SELECT placed.*, greatest(placed.quantity - coalesce(of_line.quantity, 0), 0) AS left_over,
      coalesce(of_sku.quantity, 0) AS loose
    FROM placed
    LEFT JOIN came_back AS of_line
      ON of_line.order_id = placed.order_id AND of_line.order_line = placed.line AND of_line.sku = placed.sku
    LEFT JOIN came_back AS of_sku
      ON of_sku.order_id = placed.order_id AND of_sku.order_line IS NULL AND of_sku.sku = placed.sku
  ),
  standing AS MATERIALIZED (
    SELECT * EXCLUDE (left_over, loose),
      CAST(left_over - least(left_over, greatest(loose - coalesce(sum(left_over) OVER before, 0), 0)) AS DECIMAL(15, 3))
        AS kept
    FROM open
    WINDOW before AS (PARTITION BY position, sku ORDER BY line ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
  ),
  repeated AS MATERIALIZED (
    SELECT *, coalesce(CAST(asked_quantities[list_position(asked_lines, line)] AS DECIMAL(15, 3)), kept) AS again
    FROM standing
    WHERE position = (
      SELECT arg_max(position, latest_key(true, occurred_at, position)) FROM standing WHERE asked_for AND kept > 0
    )
  ),
  bought AS MATERIALIZED (
    SELECT position, line, CAST(customer_asked AS INTEGER) AS customer, local_day(as_of) AS occurred_on, sku, product_group,
      again AS quantity
    FROM repeated
  ),
  priced AS (
    SELECT repeated.line, latest.order_id AS priced_order_id, latest.line AS priced_line, latest.occurred_on AS priced_on,
      latest.quantity AS priced_quantity, latest.list_price AS priced_list_price, latest.net AS priced_net,
      latest.cost AS priced_cost
    FROM repeated
    JOIN standing AS latest
      ON latest.sku = repeated.sku
      AND latest.currency = repeated.currency
      AND latest.specification IS NOT DISTINCT FROM repeated.specification
      AND (latest.position <> repeated.position OR latest.line = repeated.line)
    QUALIFY row_number() OVER (
      PARTITION BY repeated.line ORDER BY latest.occurred_at DESC, latest.position DESC, latest.line
    ) = 1
  ),
  -- What the macros below name more than once: they would be planned as often.
  valued AS MATERIALIZED (
    SELECT repeated.*, priced.* EXCLUDE (line), coalesce(rate, 0) AS rate_agreed, agreement_id, scope_kind, scope_value,
      agreed_at, rate,
      list_amount(quantity, list_price, currency) AS list_value,
      TRY(list_amount(again, priced_list_price, currency))
        AS again_list_value,
      CAST(CAST(again AS DECIMAL(19, 3)) * 1000 AS HUGEINT) AS thousandths,
      CAST(CAST(priced_quantity AS DECIMAL(19, 3)) * 1000 AS HUGEINT) AS priced_thousandths
    FROM repeated
    JOIN priced USING (line)
    LEFT JOIN discount_agreed(as_of, known, 'bought') AS agreed USING (line)
  )
SELECT position, order_id, occurred_on, line, asked_for, sku, description, product_group, specification, currency, quantity,
  quantity - kept AS returned, again, list_price, net,
  CASE
    WHEN discount_rate IS NOT NULL THEN discount_rate
    WHEN list_value > 0 THEN 1 - share(net, list_value)
  END AS given_rate,
  priced_order_id, priced_line, priced_on, priced_list_price, agreement_id, scope_kind, scope_value, agreed_at, rate,
  CASE
    WHEN priced_list_price IS NULL THEN TRY(rounded_quotient(thousandths * priced_net, priced_thousandths))
    ELSE TRY(CAST(round(again_list_value * (1 - rate_agreed)) AS BIGINT))
  END AS again_net,
  TRY(rounded_quotient(thousandths * priced_cost, priced_thousandths)) AS again_cost
FROM valued;
