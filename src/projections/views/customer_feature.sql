-- What makes registered customers alike or not; NULL where it is not known. region: the first two characters of the
-- postcode, with the country; referred: whether anybody brought it in; orders, and their average worth in minor units
-- of the reporting currency, over the twelve months up to and including the local day of as_of.
CREATE OR REPLACE MACRO customer_feature(as_of, known) AS TABLE
WITH referred AS (
  SELECT DISTINCT coalesce(same.effective, brought.customer) AS customer
  FROM (
    SELECT customer FROM customer_details
    WHERE (brought_in_by_customer IS NOT NULL OR brought_in_by_partner IS NOT NULL)
      AND counts(occurred_at, position, superseded_position, as_of, known)
    UNION ALL
    SELECT new_customer FROM referral_converted
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
  ) AS brought
  LEFT JOIN same_customer(as_of, known) AS same ON same.customer = brought.customer
)
SELECT profile.customer, profile.customer_id, ended, category_key(industry) AS industry, country,
  CASE WHEN length(trim(postcode)) >= 2 THEN concat_ws(' ', country, upper(left(trim(postcode), 2))) END AS region,
  referred.customer IS NOT NULL AS referred,
  CASE WHEN orders > 0 THEN orders END AS orders,
  CASE WHEN orders > 0 AND ordered_net > 0 THEN rounded_quotient(ordered_net, orders) END AS average_order
FROM customer_profile(as_of, known) AS profile
LEFT JOIN referred ON referred.customer = profile.customer
LEFT JOIN customer_revenue(as_of, known, CAST(local_day(as_of) - INTERVAL 12 MONTH + INTERVAL 1 DAY AS DATE),
  CAST(local_day(as_of) + 1 AS DATE)) AS bought ON bought.customer = profile.customer;
