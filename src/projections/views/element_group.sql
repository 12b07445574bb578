-- The group of customers by whose weights (see element_weight) one of an industry is scored.
CREATE OR REPLACE MACRO element_group(industry, elements) AS
  if(industry IN (SELECT "group" FROM element_weight(elements)), industry, '*');
