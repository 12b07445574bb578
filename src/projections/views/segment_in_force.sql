-- The segments that contact schemes follow while a segmentation is in force: of the customers that it knows (kept in the table
-- named `members`, see segmentation_member) those that it gives; of the others the pyramid's as of the first of the month
-- (`month`), as before any segmentation. `since` is the day from which a customer has had its segment without interruption,
-- also through other segmentations: `previous` names what was in force the day before this one came to hold, from_day.
-- position is that of the event that put the customer there; NULL where the pyramid did.
CREATE OR REPLACE MACRO segment_in_force(members, "month", previous, from_day) AS TABLE
SELECT member.customer, CAST(member.segment AS ENUM('A', 'B', 'C', 'D')) AS segment,
  if(before.segment = member.segment, before.since, from_day) AS since, position
FROM query_table(members) AS member
LEFT JOIN (SELECT customer, CAST(segment AS VARCHAR) AS segment, since FROM query_table(previous)) AS before
  ON before.customer = member.customer
WHERE member.segment IN ('A', 'B', 'C', 'D')
UNION ALL
SELECT ranked.customer, ranked.segment,
  CASE WHEN ranked.since > from_day THEN ranked.since WHEN before.segment = ranked.segment THEN before.since ELSE from_day END,
  NULL
FROM (FROM query_table("month") ANTI JOIN query_table(members) USING (customer)) AS ranked
LEFT JOIN (SELECT customer, segment, since FROM query_table(previous)) AS before ON before.customer = ranked.customer;
