with employment as (
    select * from {{ ref('int_employment_outcomes') }}
),

secondary as (
    select * from {{ ref('int_secondary_credential_outcomes') }}
),

postsecondary as (
    select * from {{ ref('int_postsecondary_credential_outcomes') }}
),

program_years as (
    select * from {{ ref('int_program_years') }}
),

-- In either credential cohort, once; the diploma alone is an outcome unless the state's rule asks for more (R45).
any_credential as (
    select
        coalesce(secondary.program_year, postsecondary.program_year) as program_year,
        coalesce(secondary.person_key, postsecondary.person_key) as person_key,
        coalesce(secondary.pop_program_year, postsecondary.pop_program_year) as pop_program_year,
        coalesce(secondary.pop_number, postsecondary.pop_number) as pop_number,
        coalesce(secondary.final_exit_date, postsecondary.final_exit_date) as final_exit_date,
        coalesce(secondary.is_iet, postsecondary.is_iet) as is_iet,
        coalesce(secondary.is_distance, postsecondary.is_distance) as is_distance,
        coalesce(secondary.is_correctional, postsecondary.is_correctional) as is_correctional,
        coalesce(secondary.has_diploma, false) as has_diploma,
        coalesce(secondary.has_outcome, false) as has_secondary_outcome,
        coalesce(postsecondary.has_outcome, false) as has_postsecondary_outcome,
        concat(coalesce(secondary.evidence, ''), '; ', coalesce(postsecondary.evidence, '')) as evidence
    from secondary
    full outer join postsecondary
        on
            secondary.program_year = postsecondary.program_year
            and secondary.person_key = postsecondary.person_key
            and secondary.pop_program_year = postsecondary.pop_program_year
            and secondary.pop_number = postsecondary.pop_number
)

select
    program_year,
    indicator,
    person_key,
    pop_program_year,
    pop_number,
    final_exit_date,
    is_iet,
    is_distance,
    is_correctional,
    has_outcome,
    value,
    evidence
from employment
union all
select
    program_year,
    indicator,
    person_key,
    pop_program_year,
    pop_number,
    final_exit_date,
    is_iet,
    is_distance,
    is_correctional,
    has_outcome,
    cast(null as decimal(38, 18)) as value,
    evidence
from secondary
union all
select
    program_year,
    indicator,
    person_key,
    pop_program_year,
    pop_number,
    final_exit_date,
    is_iet,
    is_distance,
    is_correctional,
    has_outcome,
    cast(null as decimal(38, 18)) as value,
    evidence
from postsecondary
union all
select
    any_credential.program_year,
    'any_credential' as indicator,
    any_credential.person_key,
    any_credential.pop_program_year,
    any_credential.pop_number,
    any_credential.final_exit_date,
    any_credential.is_iet,
    any_credential.is_distance,
    any_credential.is_correctional,
    any_credential.has_postsecondary_outcome
    or case
        when program_years.any_credential_needs_employment_or_entry = 'yes' then any_credential.has_secondary_outcome
        else any_credential.has_diploma
    end as has_outcome,
    cast(null as decimal(38, 18)) as value,
    any_credential.evidence
from any_credential
inner join program_years on any_credential.pop_program_year = program_years.program_year
