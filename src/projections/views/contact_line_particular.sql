-- Contact scheme lines with the last contact that counts for each, and where the line stands on on_day.
--
-- Which lines: those of the list `customers`, or those that the list `reps` is to see to (give one of
-- the two); all where both are NULL. The other parameters name kept tables: `scheme_rows` (see scheme_row), `details` (see scheme_detail), `identity` (customers
-- that are part of another one: source, customer), `contacts` the latest contacts (see latest_contact) as they were known
-- at the position `contacts_known`.
--
-- A contact counts for a line when its channel is the line's (a call is a phone or video call) and it was said to count
-- toward the scheme. For a line that is particular (see scheme_detail) furthermore:
-- - where it names a person of theirs: that person was there;
-- - where it names a layer of theirs: somebody of that layer was there, or it is not known who of theirs was there. The
--   layer is the one said with the contact, else the person's own;
-- - where it names one of us: that one was there;
-- - otherwise one of us was there whose role is the line's. Whoever has a role without a line of its own on that channel,
--   or no role with this customer on that day, stands in for any of us, and so does somebody unnamed.
--
-- Days run from the last contact that counts; without one from the day on which the own scheme, or the segment, came to
-- hold. Days are counted whole: the window opens on the first day that has passed earliest_pct of the interval (365 days
-- divided by the times a year) and closes with the last one that has not passed latest_pct of it.
CREATE OR REPLACE MACRO contact_line_particular(
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
  seen AS MATERIALIZED (
    SELECT member.customer, position, occurred_at, occurred_on, scheme_channel(channel) AS channel, held_by, persons,
      layers
    FROM contact
    JOIN (FROM member SEMI JOIN (SELECT customer FROM line WHERE particular) USING (customer)) AS member
      ON member.source = contact.customer
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
      AND contact.counts
  ),
  -- Whose layer is not said with the contact has the one we know the person by.
  person_layer AS (
    SELECT contact_person_id, arg_max(layer, (occurred_at, position)) AS layer
    FROM contact_person
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
      AND layer IS NOT NULL
      AND customer IN (SELECT source FROM member)
    GROUP BY contact_person_id
  ),
  layers_there AS (
    SELECT position, list(DISTINCT coalesce(said, person_layer.layer)) AS layers
    FROM (SELECT position, unnest(persons) AS person, unnest(layers) AS said FROM seen) AS there
    LEFT JOIN person_layer ON contact_person_id = person AND said IS NULL
    WHERE coalesce(said, person_layer.layer) IS NOT NULL
    GROUP BY position
  ),
  held AS MATERIALIZED (SELECT position, customer, channel, occurred_on, unnest(held_by) AS rep_id FROM seen),
  role_held AS (
    SELECT position, rep_id, role
    FROM (
      SELECT held.position, held.customer, held.channel, held.rep_id, team_member.role, team_member.assigned
      FROM held
      JOIN member ON member.customer = held.customer
      JOIN team_member
        ON team_member.customer = member.source
        AND team_member.rep_id = held.rep_id
        AND team_member.valid_from <= held.occurred_on
      WHERE counts(team_member.occurred_at, team_member.position, team_member.superseded_position, as_of, known)
      QUALIFY row_number() OVER (
        PARTITION BY held.position, held.rep_id, team_member.role
        ORDER BY team_member.valid_from DESC, team_member.position DESC
      ) = 1
    )
    SEMI JOIN (
      SELECT scheme_row.customer, channel, our_role AS role
      FROM query_table(scheme_rows) AS scheme_row
      JOIN query_table(details) AS detail ON detail.scheme = scheme_row.scheme AND detail.line_no = scheme_row.line_no
    ) AS with_line USING (customer, channel, role)
    WHERE assigned
  ),
  roles_there AS (
    SELECT held.position, list(DISTINCT role) FILTER (WHERE role IS NOT NULL) AS roles,
      bool_or(role IS NULL) AS somebody_else
    FROM held
    LEFT JOIN role_held ON role_held.position = held.position AND role_held.rep_id = held.rep_id
    GROUP BY held.position
  ),
  latest AS (
    SELECT line.customer, line.line_no, plain_contact.latest
    FROM line
    JOIN plain_contact ON plain_contact.customer = line.customer AND plain_contact.channel = line.channel
    WHERE NOT particular
    UNION ALL
    SELECT line.customer, line.line_no, max(latest_key(false, seen.occurred_at, seen.position))
    FROM line
    JOIN seen ON seen.customer = line.customer AND seen.channel = line.channel
    LEFT JOIN layers_there ON layers_there.position = seen.position
    LEFT JOIN roles_there ON roles_there.position = seen.position
    WHERE particular
      AND CASE
        WHEN line.their_person IS NOT NULL THEN list_contains(seen.persons, line.their_person)
        WHEN line.their_layer IS NOT NULL AND layers_there.position IS NOT NULL
          THEN list_contains(layers_there.layers, line.their_layer)
        ELSE true
      END
      AND CASE
        WHEN line.our_person IS NOT NULL THEN list_contains(seen.held_by, line.our_person)
        WHEN roles_there.position IS NOT NULL AND NOT roles_there.somebody_else
          THEN list_contains(roles_there.roles, line.our_role)
        ELSE true
      END
    GROUP BY line.customer, line.line_no
  ),
  dated AS (
    SELECT line.*, position_of(latest) AS last_position, instant_of(latest) AS last_at,
      coalesce(local_day(instant_of(latest)), held_since) AS counted_from, 365 / times_per_year AS interval_days
    FROM line
    LEFT JOIN latest ON latest.customer = line.customer AND latest.line_no = line.line_no
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
