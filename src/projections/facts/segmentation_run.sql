-- What became of each run, a row per change: proposed, finalised or discarded. Of a proposal as_of and known_at (a
-- position as the outside knows it) say what it rests on, policy is the value policy that it used; of a finalised run
-- effective_from is the first day on which its segments are in force.
-- from: SegmentationProposed, SegmentationFinalised, SegmentationDiscarded
CREATE TABLE IF NOT EXISTS segmentation_run (
  position BIGINT, superseded_position BIGINT, occurred_at TIMESTAMP, occurred_on DATE,
  run_id UUID NOT NULL, change VARCHAR, as_of TIMESTAMP, known_at VARCHAR, policy JSON, parts INTEGER,
  customers INTEGER, digest UUID, effective_from DATE, approver VARCHAR, reason JSON
);
INSERT INTO segmentation_run
SELECT position, NULL, occurred_at, occurred_on, d.runId,
  CASE type WHEN 'SegmentationProposed' THEN 'proposed' WHEN 'SegmentationFinalised' THEN 'finalised'
    ELSE 'discarded' END,
  d.asOf, d.knownAt, d.policy, d.parts, d.customers, d.digest, d.effectiveFrom, d.approver, d.reason
FROM (
  SELECT *, from_json(data, '{"runId":"UUID","asOf":"TIMESTAMP","knownAt":"VARCHAR","policy":"JSON","parts":"INTEGER",
    "customers":"INTEGER","digest":"UUID","effectiveFrom":"DATE","approver":"VARCHAR","reason":"JSON"}') AS d
  FROM batch WHERE type IN ('SegmentationProposed', 'SegmentationFinalised', 'SegmentationDiscarded')
);
