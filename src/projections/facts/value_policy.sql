-- How customers are ranked and valued; the latest to have begun counts, whole. a, b and c are shares at which A, B and C
-- end, or with thresholds_of score the lowest score of each. What a policy leaves out is NULL: by revenue, of customers,
-- 1,000 repeaters. elements is [{group?, weights: [{element, weight}]}]; discount_rate is a year's; 0 years is no end.
-- from: ValuePolicySet
CREATE TABLE IF NOT EXISTS value_policy (
  position BIGINT, superseded_position BIGINT, occurred_at TIMESTAMP, occurred_on DATE,
  a DECIMAL(9, 6), b DECIMAL(9, 6), c DECIMAL(9, 6), valid_from DATE, pyramid_by VARCHAR, thresholds_of VARCHAR,
  elements JSON, discount_rate DECIMAL(9, 6), horizon_years INTEGER, minimum_repeaters INTEGER
);
INSERT INTO value_policy
SELECT position, NULL, occurred_at, occurred_on, d.thresholds.a, d.thresholds.b, d.thresholds.c, d.validFrom,
  d.pyramidBy, d.thresholdsOf, d.elements, d.discountRate, d.horizonYears, d.minimumRepeaters
FROM (
  SELECT *, from_json(data, '{"thresholds":{"a":"DECIMAL(9,6)","b":"DECIMAL(9,6)","c":"DECIMAL(9,6)"},
    "validFrom":"DATE","pyramidBy":"VARCHAR","thresholdsOf":"VARCHAR","elements":"JSON",
    "discountRate":"DECIMAL(9,6)","horizonYears":"INTEGER","minimumRepeaters":"INTEGER"}') AS d
  FROM batch WHERE type = 'ValuePolicySet'
);
