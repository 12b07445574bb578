-- The number of the stretch of days without a change of rates that a day is in, from 1: by the columns of activity_price,
-- where the day is one of those that it is for. NULL where nothing has a rate.
CREATE OR REPLACE MACRO stretch_of(day, stretches, second_day, last_day, days) AS
  CASE
    WHEN stretches = 1 OR day < second_day THEN 1
    WHEN day >= last_day THEN stretches
    ELSE days[day - second_day + 1]
  END;
