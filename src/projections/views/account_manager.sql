-- The account manager of each customer on the local day of as_of: the last one assigned, until that one was taken off.
-- One that was assigned to the customer itself comes before one of a customer it absorbed. Validity is by day: an
-- assignment counts from its valid_from, whenever it was decided.
CREATE OR REPLACE MACRO account_manager(as_of, known) AS TABLE
WITH
  fact AS NOT MATERIALIZED (
    SELECT
      coalesce(same.effective, member.customer) AS customer, rep_id, assigned, valid_from,
      latest_key(same.effective IS NULL, CAST(valid_from AS TIMESTAMP), position) AS key
    FROM team_member AS member
    LEFT JOIN same_customer(as_of, known) AS same ON same.customer = member.customer
    WHERE role = 'accountManager'
      AND valid_from <= local_day(as_of)
      AND known_now(position, superseded_position, known)
  )
SELECT assignment.customer, assignment.rep_id, since
FROM (
  SELECT customer, arg_max(rep_id, key) AS rep_id, arg_max(valid_from, key) AS since, max(key) AS key
  FROM fact
  WHERE assigned
  GROUP BY customer
) AS assignment
LEFT JOIN (SELECT customer, rep_id, max(key) AS key FROM fact WHERE NOT assigned GROUP BY ALL) AS removal
  ON removal.customer = assignment.customer AND removal.rep_id = assignment.rep_id
WHERE removal.key IS NULL OR removal.key < assignment.key;
