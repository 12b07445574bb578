-- An amount in minor units in the reporting currency, rounded half away from zero: itself when there is nothing to
-- convert, NULL when there is no rate (or the outcome is beyond any amount of money).
CREATE OR REPLACE MACRO converted(amount, currency, factor) AS
  CASE WHEN currency = reporting_currency() THEN amount ELSE CAST(TRY(round(amount * factor)) AS BIGINT) END;
