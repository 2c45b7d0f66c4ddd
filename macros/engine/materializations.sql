{#- Tables and views in as few statements as it takes: a build goes into a file of its own, so nothing has to be written
    beside, renamed twice and dropped, as dbt does it for readers of a living database. What was there before is dropped
    in the same transaction, so a failure leaves it; where nothing was, the one statement is whole without one. -#}
{% materialization table, adapter='duckdb', supported_languages=['sql', 'python'] -%}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {{ drop_before_it_is_made_again() }}
    {%- call statement('main', auto_begin=false, language=model['language']) -%}
        {{ create_table_as(False, target, compiled_code, model['language']) }}
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}

{% materialization view, adapter='duckdb' -%}
    {%- set target = this.incorporate(type='view') -%}
    {{ run_hooks(pre_hooks) }}
    {{ drop_before_it_is_made_again() }}
    {%- call statement('main', auto_begin=false) -%}
        {{ get_create_view_as_sql(target, compiled_code) }}
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}

{#- A seed is read by the engine alone, in one statement; dbt would first read each file into Python, which takes longer than
    all else about it. Every column's type is declared, none is guessed. -#}
{% materialization seed, adapter='duckdb' -%}
    {%- set target = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {{ drop_before_it_is_made_again() }}
    {%- call statement('main', auto_begin=false) -%}
        create table {{ target }} as
        select * from read_csv(
            '{{ adapter.get_seed_file_path(model) | replace("'", "''") }}',
            header = true, delim = ',', quote = '"', escape = '"',
            types = {{ config.get('column_types') }}
        )
    {%- endcall -%}
    {#- dbt looks for it after a seed. -#}
    {%- do store_result('agate_table', response='OK') -%}
    {{ run_hooks(post_hooks) }}
    {{ adapter.commit() }}
    {{ return({'relations': [target]}) }}
{%- endmaterialization %}

{#- As a statement, which begins the transaction; dbt's own macro drops at once. -#}
{% macro drop_before_it_is_made_again() -%}
    {%- set existing = load_cached_relation(this) -%}
    {%- if existing is not none -%}
        {%- call statement('drop') -%}
            drop {{ existing.type }} {{ existing }} cascade
        {%- endcall -%}
        {#- A Python model is written by a transaction of its own. -#}
        {%- if model['language'] == 'python' -%}{%- do adapter.commit() -%}{%- endif -%}
    {%- endif -%}
{%- endmacro %}
