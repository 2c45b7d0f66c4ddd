{#- The value in force of a threshold or switch, over a group of `parameters` rows of one program year; a year without one
    stops the run. -#}
{% macro rule_parameter(parameter, sql_type) -%}
    {%- set message -%}
        concat(
            'No rule in force in program year ', program_years.program_year,
            ' for {{ parameter }} (state {{ var("state") }}). Add a row to seeds/rules/rule_parameters.csv, or ask for another program_year.'
        )
    {%- endset -%}
    cast(
        coalesce(max(case when parameters.parameter = '{{ parameter }}' then parameters.value end), {{ sql_error(message) }})
        as {{ sql_type }}
    )
{%- endmacro %}
