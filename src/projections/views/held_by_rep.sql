-- Positions of the visits and interactions where this one of us was there.
CREATE OR REPLACE MACRO held_by_rep(rep) AS TABLE
SELECT position FROM contact WHERE list_contains(held_by, rep);
