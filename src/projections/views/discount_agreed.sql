-- The discount agreement that holds for each of the lines in the table, or CTE of the caller, named `lines` (position, line,
-- customer, occurred_on, sku, product_group, quantity) on the day of the line; none for a line without one.
--
-- Of the agreements in force on that day the one for the sku, else for the product group, else for everything; of two
-- alike the one that holds since last, then the one recorded last. From a tier's quantity on its rate takes the place of
-- the agreement's own; one that gives nothing for the quantity is passed over.
CREATE OR REPLACE MACRO discount_agreed(as_of, known, lines) AS TABLE
WITH
  agreement AS MATERIALIZED (
    SELECT *, from_json(tiers, '[{"fromQuantity":"DECIMAL(15,3)","rate":"DECIMAL(9,6)"}]') AS tier
    FROM agreement_term(as_of, known)
    WHERE kind = 'discount'
  ),
  offered AS (
    SELECT bought.position, bought.line, agreement_id, scope_kind, scope_value, valid_from, agreement.position AS agreed_at,
      coalesce(list_max(list_filter(tier, lambda t: t.fromQuantity <= quantity)).rate, rate) AS rate
    FROM query_table(lines) AS bought
    JOIN agreement
      ON agreement.customer = bought.customer
      AND agreement.valid_from <= bought.occurred_on
      AND (agreement.valid_to IS NULL OR agreement.valid_to > bought.occurred_on)
      AND (scope_kind = 'all' OR (scope_kind = 'sku' AND scope_value = sku)
        OR (scope_kind = 'productGroup' AND scope_value = product_group))
  )
SELECT *
FROM offered
WHERE rate IS NOT NULL
QUALIFY row_number() OVER (
  PARTITION BY position, line
  ORDER BY scope_kind = 'sku' DESC, scope_kind = 'productGroup' DESC, valid_from DESC, agreed_at DESC
) = 1;
