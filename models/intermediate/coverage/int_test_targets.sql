{#- dbt knows the project's nodes only while it runs, not while it parses. -#}
{%- set nodes = nodes_with_rules() if execute else [] -%}

with tests (test_id, node_ids) as (
    values
    (null, null)
    {%- for node in nodes if node.resource_type in ('test', 'unit_test') %},
    ('{{ node.unique_id }}', '{{ looked_at(node) | join('; ') }}')
    {%- endfor %}
)

select
    tests.test_id,
    parts.part as node_id
from tests, {{ split_to_rows('tests.node_ids', "'; '") }}
where tests.test_id is not null
