{#- The memory that the engine may take, where the environment names it; else four fifths of the machine's. What doesn't fit
    is written beside the warehouse. Another engine is told by its own settings. -#}
{% macro limit_memory() -%}
    {{ return(adapter.dispatch('limit_memory', 'nrs')()) }}
{%- endmacro %}

{% macro default__limit_memory() -%}
{%- endmacro %}

{% macro duckdb__limit_memory() -%}
    {%- set limit = env_var('NRS_MEMORY_LIMIT', '') -%}
    {%- if limit and not modules.re.fullmatch('[0-9]+([.][0-9]+)? *[KMGT]i?B', limit) -%}
        {%- do exceptions.raise_compiler_error(
            'NRS_MEMORY_LIMIT is "' ~ limit ~ '", which is no amount of memory. Set it to one such as 8GB, or leave it unset.'
        ) -%}
    {%- endif -%}
    {%- if limit -%}
        set memory_limit = '{{ limit }}'
    {%- endif -%}
{%- endmacro %}
