-- What customers were asked for their opinion on. to_person and order_id are NULL where it is about neither.
-- from: EvaluationRequested
CREATE TABLE IF NOT EXISTS evaluation_requested (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  evaluation_id UUID NOT NULL, instrument VARCHAR, to_person UUID, order_id UUID
);
INSERT INTO evaluation_requested
SELECT position, NULL, customer, occurred_at, occurred_on, d.evaluationId, d.instrument, d."to", d.orderId
FROM (
  SELECT *, from_json(data, '{"evaluationId":"UUID","instrument":"VARCHAR","to":"UUID","orderId":"UUID"}') AS d
  FROM batch WHERE type = 'EvaluationRequested'
);
