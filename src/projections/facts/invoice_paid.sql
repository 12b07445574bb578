-- Payments, in minor units of their currency.
-- from: InvoicePaid
CREATE TABLE IF NOT EXISTS invoice_paid (
  position BIGINT, superseded_position BIGINT, customer INTEGER, occurred_at TIMESTAMP, occurred_on DATE,
  order_id UUID NOT NULL, invoice VARCHAR, due_on DATE, paid_on DATE, amount BIGINT NOT NULL, currency VARCHAR
);
INSERT INTO invoice_paid
SELECT position, NULL, customer, occurred_at, occurred_on,
  d.orderId, d.invoice, d.dueOn, d.paidOn, d.amount, d.currency
FROM (
  SELECT *, from_json(data, '{"orderId":"UUID","invoice":"VARCHAR","dueOn":"DATE","paidOn":"DATE",
    "amount":"BIGINT","currency":"VARCHAR"}') AS d
  FROM batch WHERE type = 'InvoicePaid'
);
