{#- Engine differences in text functions, each behind a dispatch. -#}

{% macro matches(expression, pattern) -%}
    {{ return(adapter.dispatch('matches', 'nrs')(expression, pattern)) }}
{%- endmacro %}

{% macro default__matches(expression, pattern) -%}
    ({{ expression }} rlike '{{ pattern }}')
{%- endmacro %}

{% macro duckdb__matches(expression, pattern) -%}
    regexp_matches({{ expression }}, '{{ pattern }}')
{%- endmacro %}

{#- One row per part of a separated text: a lateral join item with the column `part`. -#}
{% macro split_to_rows(expression, separator) -%}
    {{ return(adapter.dispatch('split_to_rows', 'nrs')(expression, separator)) }}
{%- endmacro %}

{% macro default__split_to_rows(expression, separator) -%}
    lateral explode(split({{ expression }}, {{ separator }})) as parts (part)
{%- endmacro %}

{% macro duckdb__split_to_rows(expression, separator) -%}
    unnest(string_split({{ expression }}, {{ separator }})) as parts (part)
{%- endmacro %}

{#- Whether a value is one of the called query's; null for a null, of which DuckDB says so by itself, other engines false. -#}
{% macro in_list(expression) -%}
    {{ return(adapter.dispatch('in_list', 'nrs')(expression, caller())) }}
{%- endmacro %}

{% macro default__in_list(expression, query) -%}
    case when {{ expression }} is not null then {{ expression }} in ({{ query }}) end
{%- endmacro %}

{% macro duckdb__in_list(expression, query) -%}
    {{ expression }} in ({{ query }})
{%- endmacro %}

{#- The texts of a group in one, in ascending order of columns that are never null; with `distinct` in place of an order, each once, in
    the order of the texts themselves. -#}
{% macro joined_text(expression, separator, order_by=none, distinct=false) -%}
    {{ return(adapter.dispatch('joined_text', 'nrs')(expression, separator, order_by, distinct)) }}
{%- endmacro %}

{% macro default__joined_text(expression, separator, order_by, distinct) -%}
    {%- if distinct -%}
    array_join(array_sort(collect_set({{ expression }})), {{ separator }})
    {%- else -%}
    listagg({{ expression }}, {{ separator }}) within group (order by {{ order_by }})
    {%- endif -%}
{%- endmacro %}

{#- DuckDB sorts lists several times faster than what an aggregate is given in an order. Nulls are left out, as by string_agg. -#}
{% macro duckdb__joined_text(expression, separator, order_by, distinct) -%}
    {%- if distinct -%}
    array_to_string(list_sort(list(distinct {{ expression }})), {{ separator }})
    {%- else -%}
    array_to_string(
        list_transform(list_sort(list({'place': row({{ order_by }}), 'text': {{ expression }}})), lambda part: part['text']), {{ separator }}
    )
    {%- endif -%}
{%- endmacro %}

{#- Stops the statement with a message of ours, marked as one: other text of an engine's error is withheld
    (scripts/withheld.py). The message must not quote a person's value. -#}
{% macro sql_error(message) -%}
    {{ return(adapter.dispatch('sql_error', 'nrs')(message)) }}
{%- endmacro %}

{% macro default__sql_error(message) -%}
    raise_error(concat('NRS: ', {{ message }}))
{%- endmacro %}

{% macro duckdb__sql_error(message) -%}
    error(concat('NRS: ', {{ message }}))
{%- endmacro %}

{#- A decimal as one writes it, without zeros at the end: 299, 0.5. -#}
{% macro plain_number(expression) -%}
    trim(trailing '.' from trim(trailing '0' from cast(cast({{ expression }} as decimal(28, 10)) as string)))
{%- endmacro %}
