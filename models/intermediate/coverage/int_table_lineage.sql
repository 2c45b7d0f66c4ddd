{#- dbt knows the project's nodes only while it runs, not while it parses or runs a unit test. -#}
{%- set tables = tables_made_of() if execute and graph.nodes is defined else {} -%}

with forms as (
    select * from {{ ref('forms') }} as forms
    where {{ in_force('forms', var('program_year')) }}
),

nodes (node_id, table_ids) as (
    values
    (null, null)
    {%- for node_id, table_ids in tables.items() %},
    ('{{ node_id }}', '{{ table_ids | join(' ') }}')
    {%- endfor %}
),

lineage as (
    select
        nodes.node_id,
        parts.part as table_id
    from nodes, {{ split_to_rows('nodes.table_ids', "' '") }}
)

-- Its wide mart, and all that this is made of.
select
    concat('model.{{ project_name }}.nrs_table_', lower(table_id)) as node_id,
    table_id
from forms
union all
select
    lineage.node_id,
    lineage.table_id
from lineage
inner join forms on lineage.table_id = forms.table_id
