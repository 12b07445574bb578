-- Likeness of two numbers in millionths (Gower 1971): one less their distance over that within which values lie, but
-- not below nothing; all or nothing where there is no such distance. NULL where one of them is.
CREATE OR REPLACE MACRO number_likeness(one, other, spread) AS
  CASE
    WHEN one IS NULL OR other IS NULL THEN NULL
    WHEN coalesce(spread, 0) <= 0 THEN if(one = other, 1000000, 0)
    ELSE CAST(round(1e6 * greatest(0, 1 - abs(one - other) / spread)) AS INTEGER)
  END;
