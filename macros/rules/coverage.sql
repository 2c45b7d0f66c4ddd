{#- What names a rule in `meta.rules`: models, seeds and tests, from dbt's own parse of the project. A unit test that is off
    where a folder of extracts is read names its rules all the same: it holds where the project is tested. -#}
{% macro nodes_with_rules() -%}
    {%- set found = [] -%}
    {%- for node in graph.nodes.values() if node.config.meta.get('rules') -%}
        {%- do found.append(node) -%}
    {%- endfor -%}
    {%- for node in project_unit_tests() if node.config.meta.get('rules') -%}
        {%- set model = graph.nodes.get('model.' ~ node.package_name ~ '.' ~ node.model) -%}
        {#- Two record systems may fill a model of one name: the tests of the other one's are tests of nothing here. What all
            states share is tested with Florida's rows, in a LACES state with that state's too. -#}
        {%- if model and ('laces' in node.fqn or 'laces' not in model.fqn) and (record_system() == 'laces' or 'laces' not in node.fqn) -%}
            {%- do found.append(node) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{#- Every unit test. dbt's `graph` has none before version 1.12: until then they are taken from the manifest in which `ref`
    looks its names up, the same parse that `graph` shows. Of a disabled one that was edited a partial parse keeps the old
    reading before the new. -#}
{% macro project_unit_tests() -%}
    {%- set manifest = builtins.ref.manifest -%}
    {%- set found = dict(manifest.unit_tests) -%}
    {%- for nodes in manifest.disabled.values() -%}
        {%- for node in (nodes | selectattr('resource_type', 'equalto', 'unit_test') | list)[-1:] -%}
            {%- do found.setdefault(node.unique_id, node) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found.values() | list) }}
{%- endmacro %}

{#- The ids of what a test looks at: a unit test at its model and the seeds that this reads, a data test at all that its
    models are made of. -#}
{% macro looked_at(test) -%}
    {%- if test.resource_type == 'unit_test' -%}
        {%- set model = 'model.' ~ test.package_name ~ '.' ~ test.model -%}
        {%- set found = [model] -%}
        {%- for parent in graph.nodes[model].depends_on.nodes if parent.startswith('seed.') -%}
            {%- do found.append(parent) -%}
        {%- endfor -%}
    {%- else -%}
        {%- set found = test.depends_on.nodes | list -%}
        {#- The list grows while it is read: parents come after what they feed. -#}
        {%- for unique_id in found -%}
            {%- for parent in graph.nodes.get(unique_id, {}).get('depends_on', {}).get('nodes', []) -%}
                {%- if parent not in found -%}
                    {%- do found.append(parent) -%}
                {%- endif -%}
            {%- endfor -%}
        {%- endfor -%}
    {%- endif -%}
    {{ return(found) }}
{%- endmacro %}

{#- The ids of what each NRS table is made of, from its wide mart back: {id: [table_id]}. A parent that names its tables
    (`meta.nrs_tables`) is on the way of those only. Followed here, since an engine may have recursive queries that can't leave out what
    they have seen. -#}
{% macro tables_made_of() -%}
    {%- set tables = {} -%}
    {%- set reached = [] -%}
    {%- for node in graph.nodes.values() if node.resource_type == 'model' and node.name.startswith('nrs_table_') -%}
        {%- do reached.append((node.unique_id, node.name[10:] | upper)) -%}
    {%- endfor -%}
    {#- The list grows while it is read. -#}
    {%- for unique_id, table_id in reached -%}
        {%- for parent in graph.nodes.get(unique_id, {}).get('depends_on', {}).get('nodes', []) -%}
            {%- set only_tables = graph.nodes[parent].config.meta.get('nrs_tables') if parent in graph.nodes else none -%}
            {%- set found = tables.setdefault(parent, []) -%}
            {%- if table_id not in found and table_id in (only_tables or [table_id]) -%}
                {%- do found.append(table_id) -%}
                {%- do reached.append((parent, table_id)) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(tables) }}
{%- endmacro %}
