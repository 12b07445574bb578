-- People at the customers in the list `customers` who have not left: name (sealed), role and layer as last known. `identity`
-- names the kept table of customers that are part of another one (source, customer).
CREATE OR REPLACE MACRO person_label(as_of, known, customers, identity) AS TABLE
WITH
  asked AS MATERIALIZED (SELECT DISTINCT unnest(CAST(customers AS INTEGER[])) AS customer),
  member AS MATERIALIZED (
    SELECT customer AS source, customer FROM asked
    UNION ALL
    SELECT source, customer FROM query_table(identity) SEMI JOIN asked USING (customer)
  )
SELECT customer, contact_person_id, name, role, layer, position
FROM (
  SELECT member.customer, contact_person_id,
    arg_max(name, latest_key(true, occurred_at, position)) AS name,
    arg_max(role, latest_key(true, occurred_at, position)) AS role,
    arg_max(layer, latest_key(true, occurred_at, position)) AS layer,
    arg_max(change, latest_key(true, occurred_at, position)) AS change,
    min(position) AS position
  FROM contact_person
  JOIN member ON source = contact_person.customer
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
  GROUP BY member.customer, contact_person_id
)
WHERE change <> 'left';
