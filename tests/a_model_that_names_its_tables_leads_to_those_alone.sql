-- The rule matrix (decision 0013): a model that names its tables (`meta.nrs_tables`) is on the way of those only. Returns a table
-- to which it leads besides.
{%- set models = graph.nodes.values() | selectattr('config.meta.nrs_tables', 'defined') | list if execute else [] %}
with named (node_id, table_id) as (
    values
    (null, null)
    {%- for model in models %}
    {%- for table_id in model.config.meta.nrs_tables %},
    ('{{ model.unique_id }}', '{{ table_id }}')
    {%- endfor %}
    {%- endfor %}
)

select
    lineage.node_id,
    lineage.table_id
from {{ ref('int_table_lineage') }} as lineage
where
    lineage.node_id in (select named.node_id from named)
    and not exists (
        select 1 from named
        where
            named.node_id = lineage.node_id
            and named.table_id = lineage.table_id
    )
