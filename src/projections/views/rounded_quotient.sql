-- Whole quotient of a whole amount and a positive number, rounded half away from zero; NULL when there is nothing to
-- divide or to divide by.
CREATE OR REPLACE MACRO rounded_quotient(amount, number) AS
  CAST(
    CASE WHEN number > 0 THEN CAST(sign(amount) AS HUGEINT) * ((2 * abs(CAST(amount AS HUGEINT)) + number) // (2 * number)) END
    AS BIGINT
  );
