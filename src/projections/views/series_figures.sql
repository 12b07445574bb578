-- The structs of movement_figures for which `included` holds, added up as one struct.
CREATE OR REPLACE MACRO series_figures(day, included) AS {
  'revenue': CAST(coalesce(sum(struct_extract(day, 'revenue')) FILTER (WHERE included), 0) AS BIGINT),
  'ordered_net': CAST(coalesce(sum(struct_extract(day, 'ordered_net')) FILTER (WHERE included), 0) AS BIGINT),
  'returns_net': CAST(coalesce(sum(struct_extract(day, 'returns_net')) FILTER (WHERE included), 0) AS BIGINT),
  'orders': CAST(coalesce(sum(struct_extract(day, 'orders')) FILTER (WHERE included), 0) AS BIGINT),
  'returns': CAST(coalesce(sum(struct_extract(day, 'returns')) FILTER (WHERE included), 0) AS BIGINT),
  'list_value': CAST(coalesce(sum(struct_extract(day, 'list_value')) FILTER (WHERE included), 0) AS BIGINT),
  'discount_given': CAST(coalesce(sum(struct_extract(day, 'discount_given')) FILTER (WHERE included), 0) AS BIGINT),
  'cost': CAST(coalesce(sum(struct_extract(day, 'cost')) FILTER (WHERE included), 0) AS BIGINT),
  'margin': CAST(coalesce(sum(struct_extract(day, 'margin')) FILTER (WHERE included), 0) AS BIGINT)
};
