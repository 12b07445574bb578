-- What we promised a customer, and what came of it.
-- from: PromiseMade, PromiseKept, PromiseBroken
CREATE TABLE IF NOT EXISTS promise (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  promise_id UUID NOT NULL, change VARCHAR, what JSON, owner VARCHAR, due_on DATE, visit_id UUID
);
INSERT INTO promise
SELECT position, NULL, customer, occurred_at, occurred_on, d.promiseId,
  CASE type WHEN 'PromiseMade' THEN 'made' WHEN 'PromiseKept' THEN 'kept' ELSE 'broken' END,
  d.what, d.owner, d.dueOn, d.visitId
FROM (
  SELECT *, from_json(data, '{"promiseId":"UUID","what":"JSON","owner":"VARCHAR","dueOn":"DATE","visitId":"UUID"}') AS d
  FROM batch WHERE type IN ('PromiseMade', 'PromiseKept', 'PromiseBroken')
);
