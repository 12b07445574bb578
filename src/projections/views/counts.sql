-- Whether a fact counts: it had happened by as_of, and by `known` it had been recorded and not yet been superseded.
CREATE OR REPLACE MACRO counts(happened, recorded, superseded, as_of, known) AS
  happened <= as_of AND recorded <= known AND (superseded IS NULL OR superseded > known);
