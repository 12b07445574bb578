-- What a group of order_movement rows adds to the value figures, as one struct (see value_figures).
CREATE OR REPLACE MACRO movement_figures(kind, sign, net, list_value, net_listed, cost, net_costed) AS {
  'revenue': coalesce(sum(net), 0),
  'ordered_net': coalesce(sum(net) FILTER (WHERE kind = 'order'), 0),
  'returns_net': coalesce(-sum(net) FILTER (WHERE kind = 'return'), 0),
  'orders': coalesce(sum(sign) FILTER (WHERE kind = 'order'), 0),
  'returns': coalesce(sum(sign) FILTER (WHERE kind = 'return'), 0),
  'list_value': coalesce(sum(list_value), 0),
  'discount_given': coalesce(sum(list_value - net_listed), 0),
  'cost': coalesce(sum(cost), 0),
  'margin': coalesce(sum(net_costed - cost), 0)
};
