-- The contact persons of these customers, those who left included; name, email and phone are sealed.
CREATE OR REPLACE MACRO person_now(as_of, known, members) AS TABLE
WITH
  member AS MATERIALIZED (SELECT unnest(members) AS customer),
  person AS (
    SELECT
      contact_person_id,
      arg_max(name, latest_key(true, occurred_at, position)) AS name,
      arg_max(email, latest_key(true, occurred_at, position)) AS email,
      arg_max(phone, latest_key(true, occurred_at, position)) AS phone,
      arg_max(role, latest_key(true, occurred_at, position)) AS role,
      arg_max(layer, latest_key(true, occurred_at, position)) AS layer,
      arg_max(change, latest_key(true, occurred_at, position)) = 'left' AS gone,
      max(occurred_at) AS updated_at
    FROM contact_person SEMI JOIN member USING (customer)
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
    GROUP BY contact_person_id
  ),
  agreed AS (
    SELECT contact_person_id, list({'channel': channel, 'granted': granted} ORDER BY channel) AS consent
    FROM (
      SELECT contact_person_id, channel, arg_max(granted, latest_key(true, occurred_at, position)) AS granted
      FROM consent SEMI JOIN member USING (customer)
      WHERE counts(occurred_at, position, superseded_position, as_of, known)
      GROUP BY ALL
    )
    GROUP BY contact_person_id
  ),
  met AS (
    SELECT contact_person_id, max(occurred_at) AS last_contact_at
    FROM (
      SELECT unnest(persons) AS contact_person_id, occurred_at
      FROM contact SEMI JOIN member USING (customer)
      WHERE counts(occurred_at, position, superseded_position, as_of, known)
    )
    GROUP BY contact_person_id
  )
SELECT person.*, coalesce(consent, []) AS consent, last_contact_at
FROM person
LEFT JOIN agreed USING (contact_person_id)
LEFT JOIN met USING (contact_person_id);
