-- Retention of a cohort (see retention_cohort), as a struct. A customer bought when an order of it counts. retention_rate:
-- of those who bought in the base period, the share that bought again; churn is the rest. Gross retention caps each
-- customer's revenue at that of the base period and floors it at 0; net retention does neither; both over customers with
-- revenue in the base period. repeat_purchase_rate: of those who bought in the period, the share with two orders or more.
-- Rates have six places and are NULL on an empty base.
CREATE OR REPLACE MACRO retention_figures(orders, revenue, base_orders, base_revenue) AS {
  'base_customers': count(*) FILTER (WHERE base_orders > 0),
  'retained_customers': count(*) FILTER (WHERE base_orders > 0 AND orders > 0),
  'customers': count(*) FILTER (WHERE orders > 0),
  'retention_rate': share(
    count(*) FILTER (WHERE base_orders > 0 AND orders > 0), count(*) FILTER (WHERE base_orders > 0)
  ),
  'churn': share(
    count(*) FILTER (WHERE base_orders > 0 AND orders <= 0), count(*) FILTER (WHERE base_orders > 0)
  ),
  'base_revenue': CAST(coalesce(sum(base_revenue) FILTER (WHERE base_orders > 0 AND base_revenue > 0), 0) AS BIGINT),
  'revenue': CAST(coalesce(sum(revenue) FILTER (WHERE base_orders > 0 AND base_revenue > 0), 0) AS BIGINT),
  'gross_revenue_retention': share(
    sum(greatest(least(revenue, base_revenue), 0)) FILTER (WHERE base_orders > 0 AND base_revenue > 0),
    coalesce(sum(base_revenue) FILTER (WHERE base_orders > 0 AND base_revenue > 0), 0)
  ),
  'net_revenue_retention': share(
    sum(revenue) FILTER (WHERE base_orders > 0 AND base_revenue > 0),
    coalesce(sum(base_revenue) FILTER (WHERE base_orders > 0 AND base_revenue > 0), 0)
  ),
  'repeat_purchase_rate': share(count(*) FILTER (WHERE orders >= 2), count(*) FILTER (WHERE orders > 0))
};
