{#- The columns that every members model begins with: who stands in the cell. Persons, not POPs. -#}
{% macro person_member_keys() -%}
    person_key,
    program_year,
    cast(null as integer) as pop_program_year,
    cast(null as integer) as pop_number,
    cast(null as string) as kind,
    cast(null as decimal(38, 10)) as amount
{%- endmacro %}

{#- The same for members that are periods of participation. -#}
{% macro pop_member_keys(kind='cast(null as string)') -%}
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
    cast(null as string) as kind,
    cast({{ amount }} as decimal(38, 10)) as amount
{%- endmacro %}

{#- Every member in the cell of the form that it stands in, of the reported year. A literal list, because dbt reads
    references before it knows the graph. -#}
{% macro members_of_the_year() -%}
    {%- for members in [
        'int_members_table_1', 'int_members_tables_2_2a', 'int_members_table_3', 'int_members_tables_4_4c',
        'int_members_table_4a', 'int_members_table_4b', 'int_members_table_6', 'int_members_table_msg',
        'int_members_exit_tables', 'int_members_tables_9_10_11_gains', 'int_members_spr_99',
    ] %}
    {{ 'union all' if not loop.first }}
    select * from {{ ref(members) }}
    where program_year = {{ var('program_year') }}
    {%- endfor %}
{%- endmacro %}
