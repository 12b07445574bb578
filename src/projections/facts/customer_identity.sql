-- A customer that is part of another: for every date when they were merged (valid_from NULL), from valid_from on when
-- it was taken over. customer is the one that was absorbed.
-- from: CustomersMerged, CustomerTakenOver
CREATE TABLE IF NOT EXISTS customer_identity (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  into_customer INTEGER, valid_from DATE
);
INSERT INTO customer_identity
SELECT m.position, NULL, absorbed.customer, m.occurred_at, m.occurred_on, survivor.customer, NULL
FROM (
  SELECT position, occurred_at, occurred_on, d.survivorId AS survivor_id, unnest(d.mergedIds) AS merged_id
  FROM (
    SELECT *, from_json(data, '{"survivorId":"UUID","mergedIds":["UUID"]}') AS d
    FROM batch WHERE type = 'CustomersMerged'
  )
) m
JOIN customer_key absorbed ON absorbed.customer_id = m.merged_id
JOIN customer_key survivor ON survivor.customer_id = m.survivor_id;
INSERT INTO customer_identity
SELECT t.position, NULL, t.customer, t.occurred_at, t.occurred_on, k.customer, t.d.validFrom
FROM (
  SELECT *, from_json(data, '{"by":"UUID","validFrom":"DATE"}') AS d FROM batch WHERE type = 'CustomerTakenOver'
) t
JOIN customer_key k ON k.customer_id = t.d."by";
