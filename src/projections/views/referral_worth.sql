-- Referrals that became customers, with what each is worth to the customer that brought it in (Kumar, Petersen & Leone
-- 2007): what the new customer has contributed if it would not have come otherwise, else the acquisition cost that was saved;
-- less what the referral itself cost. Contributions are in the kept table `accounts` (customer, contribution). Amounts in
-- minor units of the reporting currency. Who would have come anyway is taken to be told: unsaid means it would not.
CREATE OR REPLACE MACRO referral_worth(as_of, known, accounts) AS TABLE
WITH
  received AS (
    SELECT referral_id, arg_max(customer, position) AS source, arg_max(prospect_name, position) AS prospect_name,
      arg_max(partner, position) AS partner, min(occurred_on) AS referred_on
    FROM referral
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
    GROUP BY referral_id
  ),
  converted AS (
    SELECT referral_id, arg_max(new_customer, position) AS new_source, min(occurred_on) AS converted_on,
      coalesce(arg_max(would_have_come_anyway, position), false) AS would_have_come_anyway,
      coalesce(arg_max(saved_acquisition_cost, position), 0) AS saved
    FROM referral_converted
    WHERE counts(occurred_at, position, superseded_position, as_of, known)
    GROUP BY referral_id
  ),
  spent AS (
    SELECT referral_id, CAST(coalesce(sum(converted(amount, direct.currency, factor)), 0) AS BIGINT) AS cost
    FROM direct_cost AS direct
    LEFT JOIN rate_in_force(known) AS rate
      ON rate.currency = nullif(direct.currency, reporting_currency())
      AND incurred_on >= rate.valid_from AND incurred_on < rate.valid_to
    WHERE referral_id IS NOT NULL AND counts(occurred_at, position, superseded_position, as_of, known)
    GROUP BY referral_id
  ),
  joined AS (
    SELECT received.*, coalesce(referrer.effective, source) AS customer,
      coalesce(newer.effective, new_source) AS new_customer, converted_on, would_have_come_anyway, saved,
      coalesce(spent.cost, 0) AS cost,
      -- Who was brought in several times came by the first conversion alone: nobody contributes twice.
      row_number() OVER (PARTITION BY coalesce(newer.effective, new_source) ORDER BY converted_on, referral_id) AS nth
    FROM received
    LEFT JOIN converted USING (referral_id)
    LEFT JOIN spent USING (referral_id)
    LEFT JOIN same_customer(as_of, known) AS referrer ON referrer.customer = source
    LEFT JOIN same_customer(as_of, known) AS newer ON newer.customer = new_source
  )
SELECT referral_id, joined.customer, prospect_name, partner, referred_on, joined.new_customer, converted_on,
  would_have_come_anyway,
  CASE WHEN joined.new_customer IS NOT NULL AND joined.new_customer <> joined.customer AND nth = 1
    AND NOT would_have_come_anyway THEN coalesce(account.contribution, 0) ELSE 0 END AS contribution,
  CASE WHEN joined.new_customer IS NOT NULL AND joined.new_customer <> joined.customer AND nth = 1
    AND would_have_come_anyway THEN saved ELSE 0 END AS saved_acquisition_cost,
  joined.cost
FROM joined
LEFT JOIN query_table(accounts) AS account ON account.customer = joined.new_customer;
