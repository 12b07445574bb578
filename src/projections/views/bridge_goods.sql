-- What the cost of goods took from (negative) or added to the contribution of a period: what its net revenue, at the prices
-- of the period before (that is less `price`), would have cost at the cost per net revenue of that period, less what it did
-- cost. In minor units, rounded half away from zero; 0 where one of the two has no known costs.
CREATE OR REPLACE MACRO bridge_goods(cost_before, costed_before, cost_now, costed_now, price) AS
  if(costed_now > 0 AND costed_before > 0,
    coalesce(TRY(rounded_quotient(CAST(cost_before AS HUGEINT) * (costed_now - price), costed_before)) - cost_now, 0), 0);
