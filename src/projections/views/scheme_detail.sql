-- The lines of every contact scheme in force on the day of as_of. `scheme` is the position of the event that drew up a
-- customer's own scheme, or that set the policy of a segment; -1 to -4 stand for the default of A to D.
-- A line is `particular` when it matters to it who was there: it names a person or layer of theirs or a person of ours,
-- or shares its channel with a line of another of our roles.
CREATE OR REPLACE MACRO scheme_detail(as_of, known) AS TABLE
SELECT *,
  their_person IS NOT NULL OR their_layer IS NOT NULL OR our_person IS NOT NULL
    OR min(our_role) OVER (PARTITION BY scheme, channel) <> max(our_role) OVER (PARTITION BY scheme, channel)
    AS particular
FROM (
  SELECT position AS scheme, customer, NULL AS segment, 'own' AS basis, line_no, our_role, our_person, their_layer,
    their_person, channel, times_per_year, earliest_pct, latest_pct, valid_from, reason
  FROM own_scheme(as_of, known)
  UNION ALL
  SELECT coalesce(policy_position, ascii('@') - ascii(segment)), NULL, segment,
    CASE WHEN policy_position IS NULL THEN 'default' ELSE 'policy' END, line_no, our_role, NULL, their_layer, NULL,
    channel, times_per_year, earliest_pct, latest_pct, valid_from, NULL
  FROM visit_frequency(as_of, known)
);
