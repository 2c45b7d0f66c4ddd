with cohorts as (
    select * from {{ ref('int_exit_cohorts') }}
    where indicator in ('employment_q2', 'employment_q4')
),

quarters as (
    select * from {{ ref('int_employment_quarters') }}
    where is_employed
)

select
    cohorts.program_year,
    cohorts.indicator,
    cohorts.person_key,
    cohorts.pop_program_year,
    cohorts.pop_number,
    cohorts.final_exit_date,
    cohorts.is_iet,
    cohorts.is_distance,
    cohorts.is_correctional,
    quarters.fleid is not null as has_outcome,
    quarters.wages as value,
    case
        when quarters.fleid is not null
            then concat('employed in ', quarters.year_quarter, ' (', quarters.source_file, ' #', quarters.record_number, ')')
        else 'no employment found in the quarter'
    end as evidence
from cohorts
left join quarters
    on
        cohorts.fleid = quarters.fleid
        and {{ quarter_number('cohorts.final_exit_date') }} + cohorts.quarters_after_exit = quarters.quarter_number
