{#- dbt knows the project's nodes only while it runs, not while it parses or runs a unit test. -#}
{%- set nodes = graph.nodes.values() | selectattr('resource_type', 'equalto', 'model') | list if execute and graph.nodes is defined else [] -%}

-- A parent that names its tables is on the way of those only.
with recursive reads (node_id, parent_id, only_table_id) as (
    values
    (null, null, null)
    {%- for node in nodes %}
    {%- for parent_id in node.depends_on.nodes %}
    {%- set meta = graph.nodes[parent_id].config.meta if parent_id in graph.nodes else {} %}
    {%- for table_id in meta.get('nrs_tables', [none]) %},
    ('{{ node.unique_id }}', '{{ parent_id }}', {{ "'" ~ table_id ~ "'" if table_id else 'null' }})
    {%- endfor %}
    {%- endfor %}
    {%- endfor %}
),

-- From the wide mart of a table back to all that it is made of.
lineage as (
    select
        concat('model.{{ project_name }}.nrs_table_', lower(forms.table_id)) as node_id,
        forms.table_id
    from {{ ref('forms') }} as forms
    where {{ in_force('forms', var('program_year')) }}
    union distinct
    select
        reads.parent_id as node_id,
        lineage.table_id
    from lineage
    inner join reads
        on
            lineage.node_id = reads.node_id
            and lineage.table_id = coalesce(reads.only_table_id, lineage.table_id)
)

select
    node_id,
    table_id
from lineage
