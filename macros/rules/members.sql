{#- The columns that every members model ends in, in the order of restricted.nrs_cell_members; persons, not POPs. -#}
{% macro person_member_keys() -%}
    program_year,
    scope,
    scope_id,
    fleid,
    agency_id,
    student_id,
    cast(null as integer) as pop_program_year,
    cast(null as integer) as pop_number,
    cast(null as varchar) as kind
{%- endmacro %}

{#- Where a person's race and sex come from, in words. -#}
{% macro race_sex_evidence() -%}
    concat(
        'race/ethnicity ', race, ' (', race_source, '), sex ', sex,
        coalesce(concat(' (', sex_source, ')'), ' (never reported)')
    )
{%- endmacro %}

{#- Where a person's age comes from, in words. -#}
{% macro age_evidence() -%}
    concat(
        'age ', age, ' (born ', birth_date, ' (', birth_date_source, '), earliest NRS entry ', first_entry_date, ')'
    )
{%- endmacro %}
