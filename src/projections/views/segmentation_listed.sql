-- Every segmentation run that was proposed, with what became of it. status is incomplete until all parts are there. customers
-- and parts are those proposed; assigned those that are there, adjustments the customers put elsewhere by hand.
CREATE OR REPLACE MACRO segmentation_listed(as_of, known) AS TABLE
WITH
  change AS MATERIALIZED (
    FROM segmentation_run WHERE counts(occurred_at, position, superseded_position, as_of, known)
  ),
  part AS (
    SELECT run_id, count(DISTINCT part) AS parts, count(*) AS assigned, max(position) AS position,
      count(*) FILTER (WHERE segment = 'A') AS a, count(*) FILTER (WHERE segment = 'B') AS b,
      count(*) FILTER (WHERE segment = 'C') AS c, count(*) FILTER (WHERE segment = 'D') AS d
    FROM segment_assigned
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
    GROUP BY run_id
  ),
  adjusted AS (
    SELECT run_id, count(DISTINCT customer) AS customers, max(position) AS position
    FROM segment_adjusted
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
    GROUP BY run_id
  )
SELECT proposed.run_id, proposed.position AS proposed_position, proposed.occurred_at AS proposed_at, proposed.as_of, proposed.known_at,
  proposed.policy, proposed.customers, proposed.parts, proposed.digest,
  coalesce(part.assigned, 0) AS assigned,
  {'a': coalesce(part.a, 0), 'b': coalesce(part.b, 0), 'c': coalesce(part.c, 0), 'd': coalesce(part.d, 0)} AS proposed_segments,
  coalesce(adjusted.customers, 0) AS adjustments,
  CASE
    WHEN settled.change IS NOT NULL THEN settled.change
    WHEN coalesce(part.parts, 0) < proposed.parts THEN 'incomplete'
    ELSE 'proposed'
  END AS status,
  settled.occurred_at AS settled_at, settled.effective_from, settled.approver, settled.reason,
  concat_ws(':', part.assigned, part.position, adjusted.position) AS state
FROM change AS proposed
LEFT JOIN change AS settled ON settled.run_id = proposed.run_id AND settled.change IN ('finalised', 'discarded')
LEFT JOIN part ON part.run_id = proposed.run_id
LEFT JOIN adjusted ON adjusted.run_id = proposed.run_id
WHERE proposed.change = 'proposed';
