-- Cumulative shares of buying customers at which A, B and C end.
-- from: ValuePolicySet
CREATE TABLE IF NOT EXISTS value_policy (
  position BIGINT, superseded_position BIGINT, occurred_at TIMESTAMP, occurred_on DATE,
  a DECIMAL(9, 6), b DECIMAL(9, 6), c DECIMAL(9, 6), valid_from DATE
);
INSERT INTO value_policy
SELECT position, NULL, occurred_at, occurred_on, d.thresholds.a, d.thresholds.b, d.thresholds.c, d.validFrom
FROM (
  SELECT *, from_json(data, '{"thresholds":{"a":"DECIMAL(9,6)","b":"DECIMAL(9,6)","c":"DECIMAL(9,6)"},
    "validFrom":"DATE"}') AS d
  FROM batch WHERE type = 'ValuePolicySet'
);
