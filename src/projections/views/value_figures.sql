-- The figures of a group of order_value rows, as one struct. Amounts in minor units of the reporting currency, net of
-- returns unless the name says otherwise; NULL where there is nothing to divide by. margin and margin_known_share cover
-- the lines with a known cost, list_value and discount_given those with a list price.
CREATE OR REPLACE MACRO value_figures(kind, happened, amount, net, list_value, net_listed, cost, net_costed) AS {
  'revenue': CAST(coalesce(sum(net), 0) AS BIGINT),
  'ordered_net': CAST(coalesce(sum(net) FILTER (WHERE kind = 'order'), 0) AS BIGINT),
  'returns_net': CAST(coalesce(-sum(net) FILTER (WHERE kind = 'return'), 0) AS BIGINT),
  'orders': count(*) FILTER (WHERE kind = 'order'),
  'orders_with_value': count(*) FILTER (WHERE kind = 'order' AND amount > 0),
  'returns': count(*) FILTER (WHERE kind = 'return'),
  'average_order': rounded_quotient(
    sum(net) FILTER (WHERE kind = 'order'),
    count(net) FILTER (WHERE kind = 'order' AND amount > 0)
  ),
  'list_value': CAST(coalesce(sum(list_value), 0) AS BIGINT),
  'discount_given': CAST(coalesce(sum(list_value - net_listed), 0) AS BIGINT),
  'cost': CAST(coalesce(sum(cost), 0) AS BIGINT),
  'margin': CAST(coalesce(sum(net_costed - cost), 0) AS BIGINT),
  'margin_known_share': share(sum(net_costed), sum(net)),
  'first_order': min(happened) FILTER (WHERE kind = 'order'),
  'last_order': max(happened) FILTER (WHERE kind = 'order'),
  'last_order_with_value': max(happened) FILTER (WHERE kind = 'order' AND amount > 0)
};
