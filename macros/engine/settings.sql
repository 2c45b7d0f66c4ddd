{#- The memory that the engine may take, where the environment names it; else four fifths of the machine's. What doesn't fit
    is written beside the warehouse. Another engine is told by its own settings. -#}
{% macro limit_memory() -%}
    {{ return(adapter.dispatch('limit_memory', 'nrs')()) }}
{%- endmacro %}

{% macro default__limit_memory() -%}
{%- endmacro %}

{% macro duckdb__limit_memory() -%}
    {%- if env_var('NRS_MEMORY_LIMIT', '') -%}
        set memory_limit = '{{ env_var('NRS_MEMORY_LIMIT') }}'
    {%- endif -%}
{%- endmacro %}
