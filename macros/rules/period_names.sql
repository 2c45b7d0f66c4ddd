{#- 2023 -> 2324 (extract contract). -#}
{% macro reporting_year_of(program_year) -%}
    concat(
        lpad(cast({{ program_year }} % 100 as string), 2, '0'), lpad(cast(({{ program_year }} + 1) % 100 as string), 2, '0')
    )
{%- endmacro %}

{#- The name of the quarter (2023Q1), month (2023-07) or program year (2023-24) that a date falls in. -#}
{% macro period_name(period_unit, date_expression) -%}
    case {{ period_unit }}
        when 'quarter'
            then concat(extract(year from {{ date_expression }}), 'Q', extract(quarter from {{ date_expression }}))
        when 'month'
            then
                concat(
                    extract(year from {{ date_expression }}), '-',
                    lpad(cast(extract(month from {{ date_expression }}) as string), 2, '0')
                )
        when 'program_year'
            then
                concat(
                    {{ program_year_of(date_expression) }}, '-',
                    lpad(cast(({{ program_year_of(date_expression) }} + 1) % 100 as string), 2, '0')
                )
    end
{%- endmacro %}
