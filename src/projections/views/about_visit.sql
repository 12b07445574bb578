-- Positions of the events that came with a visit: itself and what was promised in it.
CREATE OR REPLACE MACRO about_visit(visit) AS TABLE
SELECT position FROM contact WHERE contact_id = CAST(visit AS UUID)
UNION ALL SELECT position FROM promise WHERE visit_id = CAST(visit AS UUID);
