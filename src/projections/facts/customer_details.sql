-- What we know of a customer, sparse: of each column the latest value that is not NULL counts, by occurrence and
-- position. The country of an order counts as knowledge of the customer's country.
-- from: CustomerRegistered, CustomerDetailsChanged, OrderPlaced, OrderLineReturned
-- after: order_placed, order_return
CREATE TABLE IF NOT EXISTS customer_details (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  name VARCHAR, postcode VARCHAR, country VARCHAR, region VARCHAR, industry VARCHAR, registered BOOLEAN,
  brought_in_by_customer UUID, brought_in_by_partner VARCHAR
);
INSERT INTO customer_details
SELECT position, NULL, customer, occurred_at, occurred_on,
  d.name, d.postcode, d.country, d.region, d.industry, type = 'CustomerRegistered',
  CASE WHEN d.broughtInBy.kind = 'customer' THEN d.broughtInBy.id END,
  CASE WHEN d.broughtInBy.kind = 'partner' THEN d.broughtInBy.name END
FROM (
  SELECT *, from_json(data, '{"name":"VARCHAR","postcode":"VARCHAR","country":"VARCHAR","region":"VARCHAR",
    "industry":"VARCHAR","broughtInBy":{"kind":"VARCHAR","id":"UUID","name":"VARCHAR"}}') AS d
  FROM batch WHERE type IN ('CustomerRegistered', 'CustomerDetailsChanged')
);
INSERT INTO customer_details (position, customer, occurred_at, occurred_on, country, registered)
SELECT o.position, o.customer, o.occurred_at, o.occurred_on, o.country, false
FROM (
  SELECT position, customer, occurred_at, occurred_on, country FROM order_placed
  UNION ALL
  SELECT position, customer, occurred_at, occurred_on, country FROM order_return
) o
JOIN (SELECT position FROM batch WHERE type IN ('OrderPlaced', 'OrderLineReturned')) b ON b.position = o.position
WHERE o.country IS NOT NULL;
