-- First day on which a share (per cent) of an interval (days) since a day has passed. Rounded first: 70 per cent of 36.5
-- days must not come out a hair above itself.
CREATE OR REPLACE MACRO window_day(since, interval_days, pct) AS
  since + CAST(ceil(round(interval_days * pct / 100, 6)) AS INTEGER);
