-- For what customers let us use them as a reference: per use the latest word, which is one that names it or a withdrawal for
-- all uses. since is the day from which it has been so said.
CREATE OR REPLACE MACRO reference_consent_now(as_of, known) AS TABLE
WITH
  said AS MATERIALIZED (
    SELECT coalesce(same.effective, fact.customer) AS customer, use, granted, occurred_on,
      latest_key(true, occurred_at, position) AS key
    FROM reference_consent AS fact
    LEFT JOIN same_customer(as_of, known) AS same ON same.customer = fact.customer
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
  )
SELECT named.customer, named.use, arg_max(granted, key) AS granted, arg_max(occurred_on, key) AS since
FROM (SELECT DISTINCT customer, use FROM said WHERE use IS NOT NULL) AS named
JOIN said ON said.customer = named.customer AND (said.use = named.use OR said.use IS NULL)
GROUP BY named.customer, named.use;
