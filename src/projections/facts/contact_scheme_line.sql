-- A customer's own contact scheme. A scheme replaces the one before it: its lines share their position.
-- from: ContactSchemeDrawnUp, ContactSchemeAdjusted
CREATE TABLE IF NOT EXISTS contact_scheme_line (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  line_no SMALLINT, our_role VARCHAR, our_person VARCHAR, their_layer VARCHAR, their_person UUID, channel VARCHAR,
  times_per_year DOUBLE, earliest_pct INTEGER, latest_pct INTEGER, valid_from DATE, reason JSON
);
INSERT INTO contact_scheme_line
SELECT position, NULL, customer, occurred_at, occurred_on, line_no, l.ourRole, l.ourPerson, l.theirLayer,
  l.theirPerson, l.channel, l.timesPerYear, l.earliestPct, l.latestPct, valid_from, reason
FROM (
  SELECT position, customer, occurred_at, occurred_on, d.validFrom AS valid_from, d.reason AS reason,
    unnest(d.lines) AS l, generate_subscripts(d.lines, 1) AS line_no
  FROM (
    SELECT *, from_json(data, '{"validFrom":"DATE","reason":"JSON","lines":[{"ourRole":"VARCHAR","ourPerson":"VARCHAR",
      "theirLayer":"VARCHAR","theirPerson":"UUID","channel":"VARCHAR","timesPerYear":"DOUBLE","earliestPct":"INTEGER",
      "latestPct":"INTEGER"}]}') AS d
    FROM batch WHERE type IN ('ContactSchemeDrawnUp', 'ContactSchemeAdjusted')
  )
);
