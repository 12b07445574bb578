-- Orders and returns of these customers that count nowhere because their order was cancelled, in their own currency.
CREATE OR REPLACE MACRO value_left_out(as_of, known, members) AS TABLE
WITH
  member AS MATERIALIZED (SELECT unnest(members) AS source),
  cancelled AS MATERIALIZED (
    SELECT order_id, arg_min(position, (occurred_at, position)) AS cancelled_by
    FROM order_cancelled SEMI JOIN member ON source = customer
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
    GROUP BY order_id
  )
SELECT event.event_id, entry.occurred_at, entry.occurred_on, kind, order_id, amount, currency,
  cancellation.event_id AS cancelled_by
FROM (
  SELECT 'order' AS kind, position, occurred_at, occurred_on, order_id, cancelled_by, net AS amount, currency
  FROM order_placed JOIN cancelled USING (order_id)
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
  UNION ALL
  SELECT 'return', position, occurred_at, occurred_on, order_id, cancelled_by, -net, currency
  FROM order_return JOIN cancelled USING (order_id)
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
) AS entry
JOIN event ON event.position = entry.position
JOIN event AS cancellation ON cancellation.position = entry.cancelled_by;
