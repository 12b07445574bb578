-- Names of our people, sealed.
CREATE OR REPLACE MACRO rep_label(as_of, known) AS TABLE
SELECT rep_id, arg_max(name, latest_key(true, occurred_at, position)) AS name
FROM rep
WHERE name IS NOT NULL AND counts(occurred_at, position, superseded_position, as_of, known)
GROUP BY rep_id;
