-- How often a segment is met until the company sets a policy: visits by the account manager.
-- The same numbers as DEFAULT_VISIT_FREQUENCY of the domain.
CREATE OR REPLACE MACRO default_frequency() AS TABLE
SELECT *
FROM (
  VALUES
    ('A', 1, 'accountManager', NULL::VARCHAR, 'visit', 10::DOUBLE, 70, 100),
    ('B', 1, 'accountManager', NULL, 'visit', 5, 70, 100),
    ('C', 1, 'accountManager', NULL, 'visit', 4, 70, 100),
    ('D', 1, 'accountManager', NULL, 'visit', 1, 70, 100)
) AS line(segment, line_no, our_role, their_layer, channel, times_per_year, earliest_pct, latest_pct);
