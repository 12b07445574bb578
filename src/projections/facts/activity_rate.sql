-- What an activity costs, in units of its currency (not minor ones) per hour, visit, call, order, line, delivery or unit.
-- Of the rates of an activity that have begun, the one with the latest valid_from counts, of several of one day the one
-- recorded last; once its valid_to has come there is none. The last three columns say what a time-driven rate follows from.
-- from: ActivityRateSet
CREATE TABLE IF NOT EXISTS activity_rate (
  position BIGINT, superseded_position BIGINT, occurred_at TIMESTAMP, occurred_on DATE,
  activity VARCHAR, rate DECIMAL(18, 6), currency VARCHAR, per VARCHAR, valid_from DATE, valid_to DATE,
  capacity_cost DECIMAL(18, 6), practical_hours DECIMAL(15, 3), minutes_per_unit DECIMAL(15, 3)
);
INSERT INTO activity_rate
SELECT position, NULL, occurred_at, occurred_on, d.activity, d.rate, d.currency, d.per, d.validFrom, d.validTo,
  d.timeDriven.capacityCost, d.timeDriven.practicalHours, d.timeDriven.minutesPerUnit
FROM (
  SELECT *, from_json(data, '{"activity":"VARCHAR","rate":"DECIMAL(18,6)","currency":"VARCHAR","per":"VARCHAR",
    "validFrom":"DATE","validTo":"DATE","timeDriven":{"capacityCost":"DECIMAL(18,6)",
    "practicalHours":"DECIMAL(15,3)","minutesPerUnit":"DECIMAL(15,3)"}}') AS d
  FROM batch WHERE type = 'ActivityRateSet'
);
