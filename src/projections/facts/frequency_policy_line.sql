-- How often a segment is met, lines numbered from 1. A policy without lines is one row with line_no 0.
-- from: FrequencyPolicySet
CREATE TABLE IF NOT EXISTS frequency_policy_line (
  position BIGINT, superseded_position BIGINT, occurred_at TIMESTAMP, occurred_on DATE,
  segment VARCHAR, line_no SMALLINT, our_role VARCHAR, their_layer VARCHAR, channel VARCHAR, times_per_year DOUBLE,
  earliest_pct INTEGER, latest_pct INTEGER, valid_from DATE
);
INSERT INTO frequency_policy_line
SELECT position, NULL, occurred_at, occurred_on, segment, CASE WHEN l IS NULL THEN 0 ELSE line_no END, l.ourRole,
  l.theirLayer, l.channel, l.timesPerYear, l.earliestPct, l.latestPct, valid_from
FROM (
  SELECT position, occurred_at, occurred_on, d.segment AS segment, d.validFrom AS valid_from,
    unnest(CASE WHEN len(d.lines) = 0 THEN [NULL] ELSE d.lines END) AS l,
    generate_subscripts(CASE WHEN len(d.lines) = 0 THEN [NULL] ELSE d.lines END, 1) AS line_no
  FROM (
    SELECT *, from_json(data, '{"segment":"VARCHAR","validFrom":"DATE","lines":[{"ourRole":"VARCHAR",
      "theirLayer":"VARCHAR","channel":"VARCHAR","timesPerYear":"DOUBLE","earliestPct":"INTEGER",
      "latestPct":"INTEGER"}]}') AS d
    FROM batch WHERE type = 'FrequencyPolicySet'
  )
);
