-- Who of us looks after each customer on the local day of as_of, in which role and since which day.
CREATE OR REPLACE MACRO team(as_of, known) AS TABLE
SELECT customer, rep_id, 'accountManager' AS role, since
FROM account_manager(as_of, known)
UNION ALL
SELECT customer, rep_id, role, since
FROM (
  SELECT customer, rep_id, role, arg_max(assigned, key) AS assigned, arg_max(valid_from, key) AS since
  FROM (
    SELECT
      coalesce(same.effective, member.customer) AS customer, rep_id, role, assigned, valid_from,
      latest_key(same.effective IS NULL, CAST(valid_from AS TIMESTAMP), position) AS key
    FROM team_member AS member
    LEFT JOIN same_customer(as_of, known) AS same ON same.customer = member.customer
    WHERE role <> 'accountManager'
      AND valid_from <= local_day(as_of)
      AND known_now(position, superseded_position, known)
  )
  GROUP BY customer, rep_id, role
)
WHERE assigned;
