-- The contact scheme that was drawn up for a customer and is in force on the day of as_of, line by line.
-- Of a customer that was recorded more than once the latest scheme of any of its records holds.
CREATE OR REPLACE MACRO own_scheme(as_of, known) AS TABLE
SELECT coalesce(same.effective, line.customer) AS customer, line.line_no, line.our_role, line.our_person,
  line.their_layer, line.their_person, line.channel, line.times_per_year, line.earliest_pct, line.latest_pct,
  line.valid_from, line.reason, line.position
FROM contact_scheme_line AS line
LEFT JOIN same_customer(as_of, known) AS same ON same.customer = line.customer
WHERE counts(line.occurred_at, line.position, line.superseded_position, as_of, known)
  AND line.valid_from <= local_day(as_of)
QUALIFY rank() OVER (PARTITION BY coalesce(same.effective, line.customer) ORDER BY line.valid_from DESC, line.position DESC) = 1;
