-- Prospects that a customer, or a partner through it, brought in.
-- from: ReferralReceived
CREATE TABLE IF NOT EXISTS referral (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  referral_id UUID NOT NULL, prospect_name VARCHAR, prospect_id UUID, partner VARCHAR
);
INSERT INTO referral
SELECT position, NULL, customer, occurred_at, occurred_on, d.referralId, d.prospect.name, d.prospect.customerId,
  CASE WHEN d.referrer.kind = 'partner' THEN d.referrer.name END
FROM (
  SELECT *, from_json(data, '{"referralId":"UUID","referrer":{"kind":"VARCHAR","name":"VARCHAR"},
    "prospect":{"name":"VARCHAR","customerId":"UUID"}}') AS d
  FROM batch WHERE type = 'ReferralReceived'
);
