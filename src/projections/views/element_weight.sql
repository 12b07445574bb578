-- Weights of value elements in thousandths, per group of customers, from `elements` of a value policy (JSON: [{group?, weights:
-- [{element, weight}]}], see value_policy); the group `*` is every customer of no group that is named.
CREATE OR REPLACE MACRO element_weight(elements) AS TABLE
SELECT coalesce(g."group", '*') AS "group", w.element AS element,
  CAST(CAST(w.weight AS DECIMAL(15, 3)) * 1000 AS HUGEINT) AS weight
FROM (
  SELECT g, unnest(g.weights) AS w
  FROM (
    SELECT unnest(from_json(CAST(elements AS JSON),
      '[{"group":"VARCHAR","weights":[{"element":"VARCHAR","weight":"VARCHAR"}]}]')) AS g
  )
);
