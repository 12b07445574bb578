-- Positions of the events that name this contact person, superseded ones included.
CREATE OR REPLACE MACRO about_person(person_named) AS TABLE
SELECT position FROM contact_person WHERE contact_person_id = CAST(person_named AS UUID)
UNION ALL SELECT position FROM consent WHERE contact_person_id = CAST(person_named AS UUID)
UNION ALL SELECT position FROM contact WHERE list_contains(persons, CAST(person_named AS UUID))
UNION ALL SELECT position FROM discount_agreement WHERE agreed_with = CAST(person_named AS UUID)
UNION ALL SELECT position FROM payment_terms WHERE agreed_with = CAST(person_named AS UUID)
UNION ALL SELECT position FROM contract WHERE signed_with = CAST(person_named AS UUID)
UNION ALL SELECT position FROM evaluation_requested WHERE to_person = CAST(person_named AS UUID)
UNION ALL SELECT position FROM contact_scheme_line WHERE their_person = CAST(person_named AS UUID);
