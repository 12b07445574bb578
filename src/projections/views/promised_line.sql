-- Order lines with a promised day, except of cancelled orders: in_time when all of it was delivered on or before that day;
-- open while it wasn't and the day is not over. `source` is the customer it was recorded with.
CREATE OR REPLACE MACRO promised_line(as_of, known) AS TABLE
WITH
  cancelled AS NOT MATERIALIZED (
    SELECT order_id FROM order_cancelled WHERE counts(occurred_at, position, superseded_position, as_of, known)
  ),
  promised AS MATERIALIZED (
    SELECT customer, order_id, line, quantity, promised_on
    FROM order_line ANTI JOIN cancelled USING (order_id)
    WHERE promised_on IS NOT NULL AND counts(occurred_at, position, superseded_position, as_of, known)
  ),
  whole AS (
    SELECT order_id, min(delivered_on) AS delivered_on
    FROM order_delivered SEMI JOIN promised USING (order_id)
    WHERE complete AND counts(occurred_at, position, superseded_position, as_of, known)
    GROUP BY order_id
  ),
  part AS (
    SELECT order_id, line, sum(delivery_line.quantity) AS delivered
    FROM delivery_line JOIN promised USING (order_id, line)
    WHERE delivered_on <= promised_on AND counts(occurred_at, position, superseded_position, as_of, known)
    GROUP BY ALL
  )
SELECT source, promised_on, in_time, NOT in_time AND promised_on >= local_day(as_of) AS open
FROM (
  SELECT promised.customer AS source, promised_on,
    coalesce(whole.delivered_on <= promised_on, false) OR coalesce(part.delivered >= promised.quantity, false) AS in_time
  FROM promised
  LEFT JOIN whole USING (order_id)
  LEFT JOIN part ON part.order_id = promised.order_id AND part.line = promised.line
);
