-- What prices and discounts added to the net revenue of a period: the lines that have a list price at what they were sold
-- for, less at the discounts given in the period before. In minor units, rounded half away from zero; 0 where one of the
-- two has no list prices.
CREATE OR REPLACE MACRO bridge_price(list_before, listed_before, list_now, listed_now) AS
  if(list_now > 0 AND list_before > 0,
    coalesce(listed_now - TRY(rounded_quotient(CAST(list_now AS HUGEINT) * listed_before, list_before)), 0), 0);
