-- What became of an offer, with the order that came of it where that is known.
-- from: OfferAnswered
CREATE TABLE IF NOT EXISTS offer_answered (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  offer_id UUID NOT NULL, accepted BOOLEAN, reason JSON, order_id UUID
);
INSERT INTO offer_answered
SELECT position, NULL, customer, occurred_at, occurred_on, d.offerId, d.accepted, d.reason, d.orderId
FROM (
  SELECT *, from_json(data, '{"offerId":"UUID","accepted":"BOOLEAN","reason":"JSON","orderId":"UUID"}') AS d
  FROM batch WHERE type = 'OfferAnswered'
);
