-- The segment that a run proposes for each customer. figure is what it was ranked by: minor units of the reporting
-- currency, or a score; rank 1 is the best.
-- from: SegmentationAssigned
CREATE TABLE IF NOT EXISTS segment_assigned (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  run_id UUID NOT NULL, part INTEGER, segment VARCHAR, figure DECIMAL(24, 6), rank INTEGER
);
INSERT INTO segment_assigned
SELECT p.position, NULL, k.customer, p.occurred_at, p.occurred_on, p.run_id, p.part, p.a.segment, p.a.figure, p.a.rank
FROM (
  SELECT position, occurred_at, occurred_on, d.runId AS run_id, d.part AS part, unnest(d.assignments) AS a
  FROM (
    SELECT *, from_json(data, '{"runId":"UUID","part":"INTEGER","assignments":[{"customerId":"UUID",
      "segment":"VARCHAR","figure":"DECIMAL(24,6)","rank":"INTEGER"}]}') AS d
    FROM batch WHERE type = 'SegmentationAssigned'
  )
) p
JOIN customer_key k ON k.customer_id = p.a.customerId;
