-- A customer that somebody put in another segment than a run proposes: A to D, or none. The latest of a run counts.
-- from: SegmentAdjusted
CREATE TABLE IF NOT EXISTS segment_adjusted (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  run_id UUID NOT NULL, from_segment VARCHAR, to_segment VARCHAR, reason JSON
);
INSERT INTO segment_adjusted
SELECT a.position, NULL, k.customer, a.occurred_at, a.occurred_on, a.d.runId, a.d."from", a.d."to", a.d.reason
FROM (
  SELECT *, from_json(data, '{"runId":"UUID","customerId":"UUID","from":"VARCHAR","to":"VARCHAR","reason":"JSON"}') AS d
  FROM batch WHERE type = 'SegmentAdjusted'
) a
JOIN customer_key k ON k.customer_id = a.d.customerId;
