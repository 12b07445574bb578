-- Contact scheme lines with the last contact that counts for each, and where the line stands on on_day.
--
-- Which lines: those of the list `customers`, or those that the list `reps` is to see to (give one of
-- the two); all where both are NULL. The other parameters name kept tables: `scheme_rows` (see scheme_row), `details` (see scheme_detail), `identity` (customers
-- that are part of another one: source, customer), `contacts` the latest contacts (see latest_contact) as they were known
-- at the position `contacts_known`.
--
-- A contact counts for a line when its channel is the line's (a call is a phone or video call) and it was said to count
-- toward the scheme. This is the quick way for schemes without particular
-- lines (see scheme_detail): contact_line_particular gives the same for them.
--
-- Days run from the last contact that counts; without one from the day on which the own scheme, or the segment, came to
-- hold. Days are counted whole: the window opens on the first day that has passed earliest_pct of the interval (365 days
-- divided by the times a year) and closes with the last one that has not passed latest_pct of it.
CREATE OR REPLACE MACRO contact_line(
  as_of, known, on_day, customers, reps, scheme_rows, details, identity, contacts, contacts_known
) AS TABLE
WITH
  chosen AS (
    FROM query_table(scheme_rows) JOIN (SELECT DISTINCT unnest(reps) AS rep_id) USING (rep_id)
    UNION ALL BY NAME
    FROM query_table(scheme_rows) JOIN (SELECT DISTINCT unnest(customers) AS customer) USING (customer)
    UNION ALL BY NAME
    FROM query_table(scheme_rows) WHERE reps IS NULL AND customers IS NULL
  ),
  line AS MATERIALIZED (
    SELECT chosen.customer, chosen.segment, held_since, rep_id, "value", detail.* EXCLUDE (customer, segment)
    FROM chosen
    JOIN query_table(details) AS detail ON detail.scheme = chosen.scheme AND detail.line_no = chosen.line_no
  ),
  member AS MATERIALIZED (
    SELECT DISTINCT customer AS source, customer FROM line
    UNION ALL
    SELECT source, customer FROM query_table(identity) SEMI JOIN line USING (customer)
  ),
  kept AS MATERIALIZED (FROM query_table(contacts) SEMI JOIN member USING (source)),
  -- What is kept of a customer still holds, unless one of its contacts was corrected since, or lies after as_of.
  outdated AS MATERIALIZED (
    SELECT source FROM kept
    WHERE latest >= latest_key(false, CAST(as_of AS TIMESTAMP) + INTERVAL 1 MICROSECOND, 0)
    UNION
    SELECT customer FROM contact WHERE superseded_position > contacts_known AND superseded_position <= known
  ),
  plain_contact AS (
    SELECT customer, channel, max(latest) AS latest
    FROM (
      SELECT source, channel, latest FROM kept ANTI JOIN outdated USING (source)
      UNION ALL
      SELECT contact.customer, scheme_channel(channel), latest_key(false, occurred_at, position)
      FROM contact
      WHERE position > contacts_known
        AND counts(occurred_at, position, superseded_position, as_of, known)
        AND contact.counts
        AND contact.customer IN (SELECT source FROM member)
      UNION ALL
      SELECT contact.customer, scheme_channel(channel), latest_key(false, occurred_at, position)
      FROM contact
      JOIN (FROM outdated SEMI JOIN member USING (source)) AS again ON again.source = contact.customer
      WHERE counts(occurred_at, position, superseded_position, as_of, known) AND contact.counts
    )
    JOIN member USING (source)
    GROUP BY ALL
  ),
  dated AS (
    SELECT line.*, position_of(latest) AS last_position, instant_of(latest) AS last_at,
      coalesce(local_day(instant_of(latest)), held_since) AS counted_from, 365 / times_per_year AS interval_days
    FROM line
    LEFT JOIN plain_contact ON plain_contact.customer = line.customer AND plain_contact.channel = line.channel
  ),
  windowed AS (
    SELECT *,
      greatest(on_day - counted_from, 0) AS days,
      window_day(counted_from, interval_days, earliest_pct) AS window_from,
      last_window_day(counted_from, interval_days, latest_pct) AS window_to,
      last_window_day(counted_from, interval_days, 100) AS due_on
    FROM dated
  )
SELECT *,
  CASE WHEN on_day < window_from THEN 'notDue' WHEN on_day > window_to THEN 'overdue' ELSE 'dueNow' END AS state,
  days / interval_days AS urgency
FROM windowed;
