{#- The columns that every members model begins with: who stands in the cell. Persons, not POPs. -#}
{% macro person_member_keys() -%}
    person_key,
    program_year,
    cast(null as integer) as pop_program_year,
    cast(null as integer) as pop_number,
    cast(null as varchar) as kind
{%- endmacro %}
