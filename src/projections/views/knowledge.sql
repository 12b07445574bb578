-- What is known of a customer beside its name, a row for each thing worth knowing, with when it was last said. members are
-- the customers under which facts may stand; `customer_asked` is the one they are part of.
CREATE OR REPLACE MACRO knowledge(as_of, known, customer_asked, members) AS TABLE
WITH
  member AS MATERIALIZED (SELECT unnest(members) AS customer),
  said AS (
    SELECT unnest([
      {'item': 'postcode', 'at': max(occurred_at) FILTER (WHERE postcode IS NOT NULL)},
      {'item': 'country', 'at': max(occurred_at) FILTER (WHERE country IS NOT NULL)},
      {'item': 'region', 'at': max(occurred_at) FILTER (WHERE region IS NOT NULL)},
      {'item': 'industry', 'at': max(occurred_at) FILTER (WHERE industry IS NOT NULL)}
    ], recursive := true)
    FROM customer_details SEMI JOIN member USING (customer)
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
    UNION ALL
    SELECT unnest([
      {'item': 'needs', 'at': max(occurred_at) FILTER (WHERE needs IS NOT NULL)},
      {'item': 'interests', 'at': max(occurred_at) FILTER (WHERE interests IS NOT NULL)},
      {'item': 'goals', 'at': max(occurred_at) FILTER (WHERE goals IS NOT NULL)},
      {'item': 'bindingFactor', 'at': max(occurred_at) FILTER (WHERE binding_factor IS NOT NULL)},
      {'item': 'competitors', 'at': max(occurred_at) FILTER (WHERE competitors IS NOT NULL)}
    ], recursive := true)
    FROM profile_note SEMI JOIN member USING (customer)
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
    UNION ALL
    SELECT 'wallet', max(occurred_at)
    FROM wallet SEMI JOIN member USING (customer)
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
    UNION ALL
    SELECT 'contactPersons', max(updated_at) FROM person_now(as_of, known, members) WHERE NOT gone
    UNION ALL
    SELECT 'accountManager', CAST(max(since) AS TIMESTAMP) FROM account_manager(as_of, known) WHERE customer = customer_asked
  )
SELECT item, "at" AS updated_at FROM said;
