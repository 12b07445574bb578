-- Every event of the log, without its data: who told us what, and when. A correction stands here under the type it
-- corrects, with the position of what it replaces; a retraction under EventRetracted, with the position it withdraws.
-- stream is NULL for a customer's own stream, which is 'customer-' and the customer's id.
-- from: *
CREATE TABLE IF NOT EXISTS event (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  replaces BIGINT, stream VARCHAR, revision BIGINT, event_id UUID, type VARCHAR, recorded_at TIMESTAMP,
  actor VARCHAR, source VARCHAR
);
INSERT INTO event
SELECT position, NULL, customer, occurred_at, occurred_on, NULL, stream, revision, event_id, type, recorded_at,
  actor, source
FROM batch;
