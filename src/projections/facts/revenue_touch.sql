-- What can change revenue figures and segments: each event, and each superseding of one, with the earliest instant
-- that it can influence. A figure as of an instant, kept since some position, still holds when no row with a greater
-- position (and not after the known one) has an occurred_at at or before that instant. Never superseded itself.
-- from: OrderPlaced, OrderLineReturned, OrderCancelled, CustomersMerged, CustomerTakenOver, ExchangeRateSet, ValuePolicySet
CREATE TABLE IF NOT EXISTS revenue_touch (position BIGINT, occurred_at TIMESTAMP, kind VARCHAR);
INSERT INTO revenue_touch
SELECT position,
  CASE WHEN type IN ('OrderPlaced', 'OrderLineReturned', 'OrderCancelled') THEN occurred_at
    ELSE '-infinity'::TIMESTAMP END,
  CASE type WHEN 'CustomersMerged' THEN 'identity' WHEN 'CustomerTakenOver' THEN 'identity'
    WHEN 'ExchangeRateSet' THEN 'rate' WHEN 'ValuePolicySet' THEN 'policy' ELSE 'revenue' END
FROM batch
WHERE type IN ('OrderPlaced', 'OrderLineReturned', 'OrderCancelled', 'CustomersMerged', 'CustomerTakenOver',
  'ExchangeRateSet', 'ValuePolicySet');
-- when superseded:
INSERT INTO revenue_touch
SELECT position,
  CASE WHEN type IN ('OrderPlaced', 'OrderLineReturned', 'OrderCancelled') THEN occurred_at
    ELSE '-infinity'::TIMESTAMP END,
  CASE type WHEN 'CustomersMerged' THEN 'identity' WHEN 'CustomerTakenOver' THEN 'identity'
    WHEN 'ExchangeRateSet' THEN 'rate' WHEN 'ValuePolicySet' THEN 'policy' ELSE 'revenue' END
FROM superseded
WHERE type IN ('OrderPlaced', 'OrderLineReturned', 'OrderCancelled', 'CustomersMerged', 'CustomerTakenOver',
  'ExchangeRateSet', 'ValuePolicySet');
