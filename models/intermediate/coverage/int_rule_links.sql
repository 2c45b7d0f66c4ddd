{#- dbt knows the project's nodes only while it runs, not while it parses. -#}
{%- set nodes = nodes_with_rules() if execute else [] -%}

with nodes (node_id, node_type, node_name, rules) as (
    values
    (null, null, null, null)
    {%- for node in nodes %},
    (
        '{{ node.unique_id }}',
        '{{ 'data_test' if node.resource_type == 'test' else node.resource_type }}',
        '{{ node.name }}',
        '{{ node.config.meta.rules | join('; ') }}'
    )
    {%- endfor %}
)

select
    parts.part as rule_id,
    nodes.node_id,
    nodes.node_type,
    nodes.node_name
from nodes, {{ split_to_rows('nodes.rules', "'; '") }}
where nodes.node_id is not null
