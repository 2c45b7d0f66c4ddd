{#- dbt-spark puts values between quotes as they are, and writes None for no value: text with a quote fails, a blank becomes a
    word. Every column's type is declared, so that each value comes as text. All rows of a seed are stored in their order,
    since a record of the sample is numbered by it (number_as_stored). -#}
{% macro spark__load_csv_rows(model, agate_table) -%}
    {%- set types = model.config.column_types -%}
    {%- set sql -%}
        insert into {{ this.render() }}
        select /*+ coalesce(1) */ *
        from values
        {%- for row in agate_table.rows %}
        (
            {%- for name in agate_table.column_names -%}
            {%- if row[name] is none -%} null {%- else -%} cast({{ spark_text(row[name]) }} as {{ types[name] }}) {%- endif -%}
            {{ ', ' if not loop.last }}
            {%- endfor -%}
        ){{ ',' if not loop.last }}
        {%- endfor %}
    {%- endset -%}
    {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {{ return(sql) }}
{%- endmacro %}

{% macro spark_text(value) -%}
    '{{ value | string | replace("\\", "\\\\") | replace("'", "\\'") }}'
{%- endmacro %}
