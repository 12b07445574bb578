-- Who recommends us and who runs us down: reviews of each customer by what they say, and the latest of them.
CREATE OR REPLACE MACRO review_standing(as_of, known) AS TABLE
SELECT customer,
  count(*) FILTER (WHERE sentiment = 'recommends') AS recommends,
  count(*) FILTER (WHERE sentiment = 'neutral') AS neutral,
  count(*) FILTER (WHERE sentiment = 'runsDown') AS runs_down,
  arg_max(sentiment, key) AS sentiment, arg_max(seen_on, key) AS last_seen_on, arg_max(place, key) AS last_seen_where
FROM (
  SELECT coalesce(same.effective, fact.customer) AS customer, sentiment, seen_on, place,
    latest_key(true, occurred_at, position) AS key
  FROM review AS fact
  LEFT JOIN same_customer(as_of, known) AS same ON same.customer = fact.customer
  WHERE counts(occurred_at, position, superseded_position, as_of, known)
)
GROUP BY customer;
