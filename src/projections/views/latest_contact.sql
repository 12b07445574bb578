-- Per customer (as recorded) and channel of the contact schemes the latest contact that may count for a scheme, whenever it
-- occurred, of those known at a position. `latest` holds instant and position: see latest_key, instant_of, position_of.
CREATE OR REPLACE MACRO latest_contact(known) AS TABLE
SELECT source, channel, max(latest) AS latest
FROM (
  SELECT customer AS source,
    TRY_CAST(scheme_channel(channel) AS ENUM('visit', 'call', 'processReview', 'evaluation', 'newsletter')) AS channel,
    latest_key(false, occurred_at, position) AS latest
  FROM contact
  WHERE known_now(position, superseded_position, known) AND contact.counts
)
WHERE channel IS NOT NULL
GROUP BY ALL;
