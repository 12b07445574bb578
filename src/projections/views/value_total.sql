-- The value figures of a group of customers together, as one struct, from rows of customer_value.
CREATE OR REPLACE MACRO value_total(one) AS {
  'revenue': CAST(coalesce(sum(struct_extract(one, 'revenue')), 0) AS BIGINT),
  'ordered_net': CAST(coalesce(sum(struct_extract(one, 'ordered_net')), 0) AS BIGINT),
  'returns_net': CAST(coalesce(sum(struct_extract(one, 'returns_net')), 0) AS BIGINT),
  'orders': CAST(coalesce(sum(struct_extract(one, 'orders')), 0) AS BIGINT),
  'orders_with_value': CAST(coalesce(sum(struct_extract(one, 'orders_with_value')), 0) AS BIGINT),
  'returns': CAST(coalesce(sum(struct_extract(one, 'returns')), 0) AS BIGINT),
  'average_order': rounded_quotient(sum(struct_extract(one, 'ordered_net')), sum(struct_extract(one, 'averaged'))),
  'list_value': CAST(coalesce(sum(struct_extract(one, 'list_value')), 0) AS BIGINT),
  'discount_given': CAST(coalesce(sum(struct_extract(one, 'discount_given')), 0) AS BIGINT),
  'cost': CAST(coalesce(sum(struct_extract(one, 'cost')), 0) AS BIGINT),
  'margin': CAST(coalesce(sum(struct_extract(one, 'margin')), 0) AS BIGINT),
  'margin_known_share': share(sum(struct_extract(one, 'net_costed')), sum(struct_extract(one, 'revenue'))),
  'first_order': min(struct_extract(one, 'first_order')),
  'last_order': max(struct_extract(one, 'last_order')),
  'last_order_with_value': max(struct_extract(one, 'last_order_with_value'))
};
