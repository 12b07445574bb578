-- Last day on which no more than a share (per cent) of an interval (days) since a day has passed.
CREATE OR REPLACE MACRO last_window_day(since, interval_days, pct) AS
  since + CAST(floor(round(interval_days * pct / 100, 6)) AS INTEGER);
