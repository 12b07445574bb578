-- Agreements of either kind that end earlier than they said; ends_on is the first day on which it no longer holds.
-- from: AgreementEnded
CREATE TABLE IF NOT EXISTS agreement_ended (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  agreement_id UUID NOT NULL, ends_on DATE, reason JSON
);
INSERT INTO agreement_ended
SELECT position, NULL, customer, occurred_at, occurred_on, d.agreementId, d.endsOn, d.reason
FROM (
  SELECT *, from_json(data, '{"agreementId":"UUID","endsOn":"DATE","reason":"JSON"}') AS d
  FROM batch WHERE type = 'AgreementEnded'
);
