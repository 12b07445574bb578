-- The finalised segmentations that have been in force up to the local day of as_of, one for each first day (of two of the
-- same day the later one), earliest first. The last one is in force.
CREATE OR REPLACE MACRO segmentation_finalised(as_of, known) AS TABLE
SELECT run_id, effective_from, approver, position
FROM segmentation_run
WHERE change = 'finalised' AND effective_from <= local_day(as_of)
  AND counts(occurred_at, position, superseded_position, as_of, known)
QUALIFY row_number() OVER (PARTITION BY effective_from ORDER BY position DESC) = 1
ORDER BY effective_from;
