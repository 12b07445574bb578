-- Rows of contribution_by_source added up as one struct, a customer's profit and loss. Amounts in minor units of the
-- reporting currency. Gross margin and contribution cover what has a known cost: revenue_without_cost is the rest.
CREATE OR REPLACE MACRO contribution_figures(
  revenue, returns_net, orders, list_value, net_listed, cost, net_costed, activities, direct
) AS {
  'net_revenue': CAST(coalesce(sum(revenue), 0) AS BIGINT),
  'returns': CAST(coalesce(sum(returns_net), 0) AS BIGINT),
  'orders': CAST(coalesce(sum(orders), 0) AS BIGINT),
  'discount_given': CAST(coalesce(sum(list_value - net_listed), 0) AS BIGINT),
  'revenue_without_cost': CAST(coalesce(sum(revenue - net_costed), 0) AS BIGINT),
  'cost_of_goods': CAST(coalesce(sum(cost), 0) AS BIGINT),
  'gross_margin': CAST(coalesce(sum(net_costed - cost), 0) AS BIGINT),
  'activity_costs': CAST(coalesce(sum(activities), 0) AS BIGINT),
  'direct_costs': CAST(coalesce(sum(direct), 0) AS BIGINT),
  'contribution': CAST(coalesce(sum(net_costed - cost - activities - direct), 0) AS BIGINT),
  'margin_known_share': share(sum(net_costed), sum(revenue))
};
