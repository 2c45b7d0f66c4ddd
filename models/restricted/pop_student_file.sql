{{ config(materialized='table') }}

with periods as (
    select * from {{ ref('int_participant_periods') }}
),

persons as (
    select * from {{ ref('int_persons') }}
),

person_scopes as (
    select * from {{ ref('int_person_scopes') }}
),

names as (
    select * from {{ ref('int_person_names') }}
),

programs as (
    select * from {{ ref('int_period_programs') }}
),

last_terms as (
    select * from {{ ref('int_period_last_terms') }}
),

ending_levels as (
    select * from {{ ref('int_ending_levels') }}
),

barriers as (
    select * from {{ ref('int_person_barriers') }}
)
{%- set has_carnegie_units = '1b' in gain_kinds() %}
{%- if has_carnegie_units %},

ahs_years as (
    select
        person_key,
        program_year,
        min(ahs_diploma_option) as ahs_diploma_option,
        min(ahs_credits_at_entry) as ahs_credits_at_entry,
        sum(ahs_credits_earned) as ahs_credits_earned
    from {{ ref('int_ahs_terms') }}
    group by person_key, program_year
)
{%- endif %}

select
    periods.program_year,
    person_scopes.scope,
    person_scopes.scope_id,
    periods.fleid as person_id,
    periods.agency_id,
    periods.student_id,
    names.last_name,
    names.first_name,
    periods.pop_number,
    periods.entry_date as pop_entry_date,
    periods.exit_date as pop_exit_date,
    -- By ten places: of eighteen the nearest double may read 1.1400000000000001.
    cast(cast(periods.instructional_hours as decimal(28, 10)) as double) as instructional_hours,
    persons.program,
    periods.entering_efl,
    programs.is_abe,
    programs.is_ged,
    programs.is_ahs,
    programs.is_esol,
    programs.is_elcate,
    programs.is_asb,
    periods.is_iet,
    periods.is_outcomes_excluded,
    periods.is_exited as is_exiter,
    -- Student Level File 22: the calendar quarter of the exit date.
    case
        when periods.is_exited
            then concat(extract(year from periods.exit_date), 'Q', extract(quarter from periods.exit_date))
    end as exit_quarter,
    {%- for kind in ['1a', '1b', '1c', '1d', '2', '3', '4', '5'] %}
    periods.msg_{{ kind }}_date is not null as msg_{{ kind }},
    periods.msg_{{ kind }}_date,
    {%- endfor %}
    periods.reported_msg,
    periods.reported_msg_date,
    periods.reported_msg is not null as msg_any,
    coalesce(periods.msg_3_date, periods.msg_4_date, periods.msg_5_date) is not null as msg_iet,
    periods.has_post_test,
    periods.is_distance,
    periods.is_correctional,
    -- Of a period that goes on nothing is said (R13, R70).
    periods.is_exited
    and case program_years.incarcerated_at_exit_by
        when 'program_year' then periods.is_correctional
        else coalesce(last_terms.is_incarcerated_at_exit, false)
    end as is_incarcerated_at_exit,
    programs.is_ase,
    cast({{ 'ahs_years.ahs_diploma_option' if has_carnegie_units else 'null' }} as string) as ahs_diploma_option,
    cast({{ 'ahs_years.ahs_credits_at_entry' if has_carnegie_units else 'null' }} as double) as ahs_credits_at_entry,
    cast({{ 'ahs_years.ahs_credits_earned' if has_carnegie_units else 'null' }} as double) as ahs_credits_earned,
    ending_levels.ending_efl,
    coalesce(persons.employment_status, 'employment_not_reported') as employment_status_at_entry,
    barriers.exhausting_tanf,
    barriers.long_term_unemployed,
    barriers.low_income,
    persons.sex,
    persons.race,
    persons.age,
    persons.age_group
from periods
inner join {{ ref('int_program_years') }} as program_years on periods.program_year = program_years.program_year
inner join persons
    on
        periods.person_key = persons.person_key
        and periods.program_year = persons.program_year
inner join person_scopes on periods.person_key = person_scopes.person_key
inner join programs
    on
        periods.person_key = programs.person_key
        and periods.program_year = programs.program_year
        and periods.pop_number = programs.pop_number
inner join barriers
    on
        periods.person_key = barriers.person_key
        and periods.program_year = barriers.program_year
left join names
    on
        periods.person_key = names.person_key
        and periods.program_year = names.program_year
left join last_terms
    on
        periods.person_key = last_terms.person_key
        and periods.program_year = last_terms.program_year
        and periods.pop_number = last_terms.pop_number
left join ending_levels
    on
        periods.person_key = ending_levels.person_key
        and periods.program_year = ending_levels.program_year
        and periods.pop_number = ending_levels.pop_number
{%- if has_carnegie_units %}
left join ahs_years
    on
        periods.person_key = ahs_years.person_key
        and periods.program_year = ahs_years.program_year
{%- endif %}
