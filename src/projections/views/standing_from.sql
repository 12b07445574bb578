-- The pyramid's ranking, kept in the table named `kept_ranking`, with the segments of the segmentation in force (`members`, see
-- segmentation_member) in the place of its own for the customers that it knows. Has the ranking's columns, for pyramid_from.
CREATE OR REPLACE MACRO standing_from(kept_ranking, members) AS TABLE
SELECT coalesce(member.customer, ranking.customer) AS customer, coalesce(revenue, 0) AS revenue, coalesce(cost, 0) AS cost,
  coalesce(net_costed, 0) AS net_costed, ranking.rank, coalesce(member.segment, ranking.segment) AS segment
FROM query_table(kept_ranking) AS ranking
FULL JOIN (SELECT customer, segment FROM query_table(members) WHERE segment IS NOT NULL) AS member
  ON member.customer = ranking.customer;
