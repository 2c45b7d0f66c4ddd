{#- Events of one kind of gain that the outcomes panel of LACES documents, of persons with an IET period in the program year
    (MS Program Guidelines 2023, Section 2, Measurable Skill Gains; MO IET in LACES, MSG 4 and 5). -#}
{% macro iet_outcome_gains(kind) -%}
with {{ iet_outcome_ctes() }},

events as (
    select
        person_agencies.person_key,
        program_years.program_year,
        '{{ kind }}' as kind,
        outcomes.outcome_date as earned_on,
        concat(
            outcomes.outcome_type, ' on ', outcomes.outcome_date, ' (', outcomes.source_file, ' #', outcomes.record_number, ')'
        ) as evidence
    from outcomes
    inner join person_agencies
        on
            outcomes.fleid = person_agencies.fleid
            and outcomes.agency_id = person_agencies.agency_id
            and outcomes.reporting_program_year = person_agencies.program_year
    inner join program_years
        on outcomes.outcome_date between program_years.gain_window_starts_on and program_years.gain_window_ends_on
    inner join iet_persons
        on
            person_agencies.person_key = iet_persons.person_key
            and program_years.program_year = iet_persons.program_year
    inner join {{ ref('rule_codes') }} as rules
        on
            rules.rule_list = 'gain_{{ kind }}_outcome'
            and outcomes.outcome_type = rules.code
            and {{ in_force('rules', 'program_years.program_year') }}
)

{{ events_in_periods('events') }}
{%- endmacro %}

{#- What such gains begin with: the outcomes, the program years, where a person has records, and who has an IET period. -#}
{% macro iet_outcome_ctes() -%}
outcomes as (
    select
        *,
        {{ program_year_of_reporting_year('reporting_year') }} as reporting_program_year
    from {{ ref('stg_laces__outcomes') }}
),

program_years as (
    select * from {{ ref('int_program_years') }}
),

person_agencies as (
    select * from {{ ref('int_person_agencies') }}
),

iet_persons as (
    select distinct
        person_key,
        program_year
    from {{ ref('int_periods_of_participation') }}
    where is_iet
)
{%- endmacro %}

{#- Enrollments of LACES in an IET, and whether it leads to no credential within the year (MO IET in LACES, Enrolling IET
    Students). -#}
{% macro iet_enrollments_cte() -%}
iet_enrollments as (
    select
        enrollments.agency_id,
        enrollments.reporting_year,
        enrollments.class_id,
        enrollments.student_id,
        enrollments.fleid,
        enrollments.iet_enrollment,
        bridges.code is not null as is_iet_without_credential
    from {{ ref('stg_laces__class_enrollments') }} as enrollments
    inner join {{ ref('rule_codes') }} as iet
        on
            iet.rule_list = 'iet_enrollment'
            and enrollments.iet_enrollment = iet.code
            and {{ in_force('iet', program_year_of_reporting_year('enrollments.reporting_year')) }}
    left join {{ ref('rule_codes') }} as bridges
        on
            bridges.rule_list = 'iet_without_credential'
            and enrollments.iet_enrollment = bridges.code
            and {{ in_force('bridges', program_year_of_reporting_year('enrollments.reporting_year')) }}
)
{%- endmacro %}
