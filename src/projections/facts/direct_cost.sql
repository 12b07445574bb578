-- Money spent on one customer alone, in minor units of its currency; referral_id where it was spent on a referral.
-- from: DirectCostAttributed
CREATE TABLE IF NOT EXISTS direct_cost (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  amount BIGINT NOT NULL, currency VARCHAR, what VARCHAR, incurred_on DATE, cause VARCHAR, referral_id UUID
);
INSERT INTO direct_cost
SELECT position, NULL, customer, occurred_at, occurred_on, d.amount, d.currency, d.what, d.incurredOn, d.cause,
  d.referralId
FROM (
  SELECT *, from_json(data, '{"amount":"BIGINT","currency":"VARCHAR","what":"VARCHAR","incurredOn":"DATE",
    "cause":"VARCHAR","referralId":"UUID"}') AS d
  FROM batch WHERE type = 'DirectCostAttributed'
);
