-- Discounts and payment terms of these customers that hold on the local day of as_of. Validity is by day: an agreement
-- counts from its valid_from up to the day before its valid_to or its earlier end, whenever it was decided.
CREATE OR REPLACE MACRO agreement_in_force(as_of, known, members) AS TABLE
SELECT kind, position, agreement_id, scope_kind, scope_value, rate, tiers, days, settlement, valid_from, valid_to,
  agreed_with, agreed_by
FROM agreement_term(as_of, known) AS term
SEMI JOIN (SELECT unnest(members) AS source) AS member USING (source)
WHERE valid_from <= local_day(as_of) AND (valid_to IS NULL OR valid_to > local_day(as_of));
