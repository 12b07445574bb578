-- Orders facts by when they happened, those of the same instant by position. What was recorded with the customer itself
-- (`own`) comes after what was recorded with one that is part of it: arg_max then takes the survivor's word first.
-- One number, because comparing numbers costs far less than comparing rows.
CREATE OR REPLACE MACRO latest_key(own, happened, recorded) AS
  (if(own, CAST(1329227995784915872903807060280344576 AS HUGEINT), CAST(0 AS HUGEINT)))
  + CAST(epoch_us(happened) AS HUGEINT) * 9223372036854775808 + recorded;
