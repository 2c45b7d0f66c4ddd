{{ config(materialized='view') }}

with outcomes as (
    select * from {{ ref('int_exit_outcomes') }}
)

select
    program_year,
    indicator,
    indicator as row_code,
    person_key,
    pop_program_year,
    pop_number,
    is_iet,
    is_distance,
    is_correctional,
    true as is_in_cohort,
    has_outcome as is_achieved,
    cast(null as decimal(38, 10)) as amount
from outcomes
union all
-- Median earnings: those employed by the second quarter, and their wages (R42).
select
    program_year,
    indicator,
    'median_earnings_q2' as row_code,
    person_key,
    pop_program_year,
    pop_number,
    is_iet,
    is_distance,
    is_correctional,
    has_outcome as is_in_cohort,
    has_outcome and value is not null as is_achieved,
    cast(value as decimal(38, 10)) as amount
from outcomes
where indicator = 'employment_q2'
