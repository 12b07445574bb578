-- What a customer says of us where others can read it: recommends, neutral or runsDown.
-- from: ReviewSeen
CREATE TABLE IF NOT EXISTS review (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  place VARCHAR, sentiment VARCHAR, seen_on DATE, url JSON
);
INSERT INTO review
SELECT position, NULL, customer, occurred_at, occurred_on, d."where", d.sentiment, d.seenOn, d.url
FROM (
  SELECT *, from_json(data, '{"where":"VARCHAR","sentiment":"VARCHAR","seenOn":"DATE","url":"JSON"}') AS d
  FROM batch WHERE type = 'ReviewSeen'
);
