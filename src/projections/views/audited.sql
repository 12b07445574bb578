-- Every event of the log under the type it is stored with, corrections too. A correction had happened when what it says
-- had happened.
CREATE OR REPLACE MACRO audited(as_of, known) AS TABLE
SELECT position, customer, coalesce(stream, 'customer-' || customer_id) AS stream, revision, occurred_at, recorded_at,
  if(replaces IS NOT NULL AND type <> 'EventRetracted', 'EventCorrected', type) AS type
FROM event
LEFT JOIN (SELECT customer, customer_id FROM customer_key) AS customer_key USING (customer)
WHERE position <= known AND occurred_at <= as_of;
