-- part / whole to six places, rounded half away from zero; NULL on an empty whole.
CREATE OR REPLACE MACRO share(part, whole) AS
  CAST(rounded_quotient(CAST(part AS HUGEINT) * 1000000 * sign(whole), nullif(abs(whole), 0)) AS DECIMAL(18, 0)) * 0.000001;
