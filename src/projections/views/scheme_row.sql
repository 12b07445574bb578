-- Which scheme lines hold for which customer, since when, and who of us is to see to them: the person named in the line,
-- else whoever has its role with this customer, else the account manager. A customer's own scheme comes in the place of
-- its segment's. Customers whose relationship ended have no lines. The parameters name kept tables: `details` those of
-- scheme_detail, `segments` the segments in force, `ranking` the revenue they rest on, `team_now` who looks after whom.
CREATE OR REPLACE MACRO scheme_row(as_of, known, details, segments, ranking, team_now) AS TABLE
WITH
  ended AS (
    SELECT customer
    FROM customer_end
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
    GROUP BY customer
    HAVING arg_max(ended, latest_key(true, occurred_at, position))
  ),
  own AS (SELECT customer, line_no, scheme, our_role, our_person, valid_from FROM query_table(details) WHERE basis = 'own'),
  line AS (
    SELECT customer, line_no, scheme, our_role, our_person, valid_from AS held_since
    FROM own
    UNION ALL
    SELECT in_force.customer, line_no, scheme, our_role, NULL, since
    FROM (FROM query_table(segments) ANTI JOIN own USING (customer)) AS in_force
    JOIN query_table(details) AS detail ON detail.segment = CAST(in_force.segment AS VARCHAR)
  ),
  holder AS (
    SELECT customer, role, arg_max(rep_id, (since, rep_id)) AS rep_id
    FROM query_table(team_now)
    WHERE role <> 'accountManager'
    GROUP BY ALL
  ),
  manager AS (SELECT customer, rep_id FROM query_table(team_now) WHERE role = 'accountManager')
SELECT line.customer, line_no, scheme, held_since, CAST(in_force.segment AS VARCHAR) AS segment,
  coalesce(our_person, holder.rep_id, manager.rep_id) AS rep_id, coalesce(ranked.revenue, 0) AS "value"
FROM (FROM line ANTI JOIN ended USING (customer)) AS line
LEFT JOIN query_table(segments) AS in_force ON in_force.customer = line.customer
LEFT JOIN query_table(ranking) AS ranked ON ranked.customer = line.customer
LEFT JOIN holder ON holder.customer = line.customer AND holder.role = our_role
LEFT JOIN manager ON manager.customer = line.customer;
