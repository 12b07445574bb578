-- Positions of the events that name this order, superseded ones included.
CREATE OR REPLACE MACRO about_order(order_named) AS TABLE
SELECT position FROM order_placed WHERE order_id = CAST(order_named AS UUID)
UNION ALL SELECT position FROM order_return WHERE order_id = CAST(order_named AS UUID)
UNION ALL SELECT position FROM order_cancelled WHERE order_id = CAST(order_named AS UUID)
UNION ALL SELECT position FROM order_delivered WHERE order_id = CAST(order_named AS UUID)
UNION ALL SELECT position FROM evaluation_requested WHERE order_id = CAST(order_named AS UUID)
UNION ALL SELECT position FROM invoice_paid WHERE order_id = CAST(order_named AS UUID)
UNION ALL SELECT position FROM offer_answered WHERE order_id = CAST(order_named AS UUID)
UNION ALL SELECT position FROM contact WHERE list_contains(order_ids, CAST(order_named AS UUID));
