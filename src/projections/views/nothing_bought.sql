-- In the place of a table that pyramid_ranking can begin with, where there is none.
CREATE OR REPLACE VIEW nothing_bought AS
SELECT 0 AS source, 0::BIGINT AS revenue, 0::BIGINT AS cost, 0::BIGINT AS net_costed, 0::BIGINT AS entries WHERE false;
