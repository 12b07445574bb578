-- What a customer needs, likes and aims at. Sealed texts stay sealed.
-- from: CustomerProfileNoted
CREATE TABLE IF NOT EXISTS profile_note (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  needs JSON, interests JSON, goals JSON, binding_factor VARCHAR, competitors VARCHAR[]
);
INSERT INTO profile_note
SELECT position, NULL, customer, occurred_at, occurred_on,
  d.needs, d.interests, d.goals, d.bindingFactor, d.competitors
FROM (
  SELECT *, from_json(data, '{"needs":"JSON","interests":"JSON","goals":"JSON","bindingFactor":"VARCHAR",
    "competitors":["VARCHAR"]}') AS d
  FROM batch WHERE type = 'CustomerProfileNoted'
);
