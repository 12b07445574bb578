-- Promises to these customers that were made and neither kept nor broken; what was promised is sealed.
CREATE OR REPLACE MACRO promise_open(as_of, known, members) AS TABLE
SELECT promise_id, any_value(what) FILTER (WHERE change = 'made') AS what,
  any_value(owner) FILTER (WHERE change = 'made') AS owner, any_value(due_on) FILTER (WHERE change = 'made') AS due_on,
  max(occurred_at) FILTER (WHERE change = 'made') AS made_at,
  any_value(visit_id) FILTER (WHERE change = 'made') AS visit_id
FROM promise
SEMI JOIN (SELECT unnest(members) AS customer) AS member USING (customer)
WHERE counts(occurred_at, position, superseded_position, as_of, known)
GROUP BY promise_id
HAVING bool_and(change = 'made');
