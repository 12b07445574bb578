-- Where customers are without and with a segmentation: `members` names its kept table (see segmentation_member), `before` what
-- would be in force without it and `month` the pyramid as of the first of the month, which holds for customers that the run
-- doesn't know. A to D, or none. figure, rank and proposed are NULL for those.
CREATE OR REPLACE MACRO segment_moved(members, before, "month") AS TABLE
SELECT
  coalesce(member.customer, was.customer) AS customer,
  coalesce(was.segment, 'none') AS "from",
  coalesce(member.segment, if(member.customer IS NULL, ranked.segment, NULL), 'none') AS "to",
  member.proposed, member.figure, member.rank, coalesce(member.adjusted, false) AS adjusted,
  member.customer IS NOT NULL AS known
FROM query_table(members) AS member
FULL JOIN (SELECT customer, CAST(segment AS VARCHAR) AS segment FROM query_table(before)) AS was
  ON was.customer = member.customer
LEFT JOIN (SELECT customer, CAST(segment AS VARCHAR) AS segment FROM query_table("month")) AS ranked
  ON ranked.customer = was.customer
WHERE member.customer IS NULL OR member.segment IS NOT NULL;
