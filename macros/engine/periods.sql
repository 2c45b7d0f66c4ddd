{#- A date some months on; the last day of a shorter month. -#}
{% macro months_after(date_expression, months) -%}
    {{ return(adapter.dispatch('months_after', 'nrs')(date_expression, months)) }}
{%- endmacro %}

{% macro default__months_after(date_expression, months) -%}
    add_months({{ date_expression }}, {{ months }})
{%- endmacro %}

{% macro duckdb__months_after(date_expression, months) -%}
    cast({{ date_expression }} + to_months(cast({{ months }} as integer)) as date)
{%- endmacro %}

{#- One row per month from one date to another: a lateral join item with the column `month_start`. -#}
{% macro months_between(from_date, to_date) -%}
    {{ return(adapter.dispatch('months_between', 'nrs')(from_date, to_date)) }}
{%- endmacro %}

{% macro default__months_between(from_date, to_date) -%}
    lateral explode(sequence(trunc({{ from_date }}, 'MM'), {{ to_date }}, interval 1 month)) as months (month_start)
{%- endmacro %}

{% macro duckdb__months_between(from_date, to_date) -%}
    unnest(generate_series(date_trunc('month', {{ from_date }}), {{ to_date }}, interval '1 month')) as months (month_start)
{%- endmacro %}
