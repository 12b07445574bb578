-- Every event of these customers that had happened by as_of, with what corrected or withdrew it by `known`. Retractions
-- stand with what they withdrew, not by themselves; a claim that lapsed is no part of the relationship. what_superseded is the type of the superseding event as stored.
CREATE OR REPLACE MACRO customer_event(as_of, known, members) AS TABLE
SELECT
  told.position, told.occurred_at, told.recorded_at, told.event_id, told.type, told.actor, told.source,
  'customer-' || customer_key.customer_id AS stream, told.revision, told.replaces,
  corrected.event_id AS replaces_event_id,
  superseding.position AS superseded_position, superseding.event_id AS superseding_event_id,
  superseding.recorded_at AS superseded_at, superseding.actor AS superseding_actor,
  superseding.revision AS superseding_revision,
  CASE WHEN superseding.type = 'EventRetracted' THEN 'retracted' WHEN superseding.type IS NOT NULL THEN 'corrected' END
    AS superseded_how
FROM event AS told
SEMI JOIN (SELECT unnest(members) AS customer) AS member ON member.customer = told.customer
JOIN customer_key ON customer_key.customer = told.customer
LEFT JOIN event AS superseding
  ON superseding.position = told.superseded_position AND superseding.position <= known AND superseding.customer = told.customer
LEFT JOIN event AS corrected ON corrected.position = told.replaces AND corrected.customer = told.customer
WHERE told.position <= known AND told.occurred_at <= as_of AND told.type NOT IN ('EventRetracted', 'ExternalIdClaimLapsed');
