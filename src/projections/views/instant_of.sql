-- The instant in a latest_key whose fact was not the customer's own.
CREATE OR REPLACE MACRO instant_of(key) AS
  make_timestamp(CAST((key - position_of(key)) // 9223372036854775808 AS BIGINT));
