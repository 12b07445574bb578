-- How somebody of us judges a customer on a value element, from 1 to 10; the latest of each element counts.
-- from: CustomerScored
CREATE TABLE IF NOT EXISTS customer_score (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  element VARCHAR, score DECIMAL(3, 1), basis JSON, scored_by VARCHAR
);
INSERT INTO customer_score
SELECT position, NULL, customer, occurred_at, occurred_on, d.element, d.score, d.basis, d.scoredBy
FROM (
  SELECT *, from_json(data, '{"element":"VARCHAR","score":"DECIMAL(3,1)","basis":"JSON","scoredBy":"VARCHAR"}') AS d
  FROM batch WHERE type = 'CustomerScored'
);
