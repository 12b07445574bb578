-- Referrals that became customers; saved_acquisition_cost in minor units of the reporting currency.
-- from: ReferralConverted
CREATE TABLE IF NOT EXISTS referral_converted (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  referral_id UUID NOT NULL, new_customer INTEGER, new_customer_id UUID, would_have_come_anyway BOOLEAN,
  saved_acquisition_cost BIGINT
);
INSERT INTO referral_converted
SELECT c.position, NULL, c.customer, c.occurred_at, c.occurred_on, c.d.referralId, k.customer, c.d.newCustomerId,
  c.d.wouldHaveComeAnyway, c.d.savedAcquisitionCost
FROM (
  SELECT *, from_json(data, '{"referralId":"UUID","newCustomerId":"UUID","wouldHaveComeAnyway":"BOOLEAN",
    "savedAcquisitionCost":"BIGINT"}') AS d
  FROM batch WHERE type = 'ReferralConverted'
) c
JOIN customer_key k ON k.customer_id = c.d.newCustomerId;
