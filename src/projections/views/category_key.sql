-- A category or product group as people mean it: whatever its case, without blanks around it.
CREATE OR REPLACE MACRO category_key(name) AS lower(trim(name));
