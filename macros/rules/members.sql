{#- The columns that every members model begins with: who stands in the cell. Persons, not POPs. -#}
{% macro person_member_keys() -%}
    person_key,
    program_year,
    cast(null as integer) as pop_program_year,
    cast(null as integer) as pop_number,
    cast(null as varchar) as kind,
    cast(null as decimal(38, 10)) as amount
{%- endmacro %}

{#- The same for members that are periods of participation. -#}
{% macro pop_member_keys(kind='cast(null as varchar)') -%}
    person_key,
    program_year,
    program_year as pop_program_year,
    pop_number,
    {{ kind }} as kind,
    cast(null as decimal(38, 10)) as amount
{%- endmacro %}

{#- A member that brings an amount: hours to add up. -#}
{% macro person_amount_keys(amount) -%}
    person_key,
    program_year,
    cast(null as integer) as pop_program_year,
    cast(null as integer) as pop_number,
    cast(null as varchar) as kind,
    cast({{ amount }} as decimal(38, 10)) as amount
{%- endmacro %}
