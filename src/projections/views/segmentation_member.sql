-- Where a segmentation has each customer, as adjusted: A to D, or none. position is that of the event that put it there,
-- proposed the segment before adjustments. Of a customer that was recorded more than once its own place holds, else the
-- best of those that are part of it; these are in the rows, too, so that what the run knows is not looked for elsewhere:
-- without a segment.
CREATE OR REPLACE MACRO segmentation_member(as_of, known, run) AS TABLE
WITH
  placed AS MATERIALIZED (
    SELECT
      coalesce(assigned.customer, adjusted.customer) AS source,
      coalesce(adjusted.segment, assigned.segment) AS segment,
      coalesce(assigned.segment, 'none') AS proposed,
      figure, rank, adjusted.customer IS NOT NULL AS adjusted,
      coalesce(adjusted.position, assigned.position) AS position
    FROM (
      SELECT customer, segment, figure, rank, position
      FROM segment_assigned
      WHERE run_id = CAST(run AS UUID) AND counts(occurred_at, position, superseded_position, as_of, known)
    ) AS assigned
    FULL JOIN (
      SELECT customer, arg_max(to_segment, position) AS segment, max(position) AS position
      FROM segment_adjusted
      WHERE run_id = CAST(run AS UUID) AND counts(occurred_at, position, superseded_position, as_of, known)
      GROUP BY customer
    ) AS adjusted ON adjusted.customer = assigned.customer
  ),
  moved AS MATERIALIZED (
    SELECT source, effective AS customer
    FROM placed JOIN same_customer(as_of, known) AS same ON same.customer = source
  )
SELECT source AS customer, segment, proposed, figure, rank, adjusted, position
FROM placed
ANTI JOIN moved USING (source)
UNION ALL
SELECT customer, segment, proposed, figure, rank, adjusted, position
FROM (
  SELECT moved.customer, placed.*
  FROM moved
  JOIN placed USING (source)
  WHERE moved.customer NOT IN (SELECT source FROM placed)
  QUALIFY row_number() OVER (PARTITION BY moved.customer ORDER BY segment = 'none', segment, position, rank) = 1
)
UNION ALL
SELECT source, NULL, NULL, NULL, NULL, NULL, NULL FROM moved;
