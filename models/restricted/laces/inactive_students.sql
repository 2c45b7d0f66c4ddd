{{ config(meta={'rules': ['MS-3-INACT']}) }}

with last_services as (
    select * from {{ ref('int_laces__last_services') }}
    where not has_left
),

program_years as (
    select * from {{ ref('int_program_years') }}
    where program_year = {{ var('program_year') }}
)

-- From the warning to the day on which the period has ended, and those to be exited: after service of the reported year, or
-- before it if the period would end within the year (MS Program Guidelines 2023, Section 3, Attendance Policy).
select
    program_years.program_year,
    last_services.agency_id,
    last_services.student_id,
    last_services.fleid as person_id,
    last_services.as_of_date,
    last_services.last_service_date,
    last_services.days_without_service as inactive_days,
    {{ days_after('last_services.last_service_date', 'program_years.pop_gap_days') }} as period_ends_on,
    cast(greatest(program_years.pop_gap_days - last_services.days_without_service, 0) as integer) as days_left,
    case
        when last_services.days_without_service < program_years.pop_gap_days then 'inactive'
        else 'to_be_exited'
    end as service_status
from last_services
cross join program_years
where
    last_services.last_service_date <= program_years.ends_on
    and {{ days_after('last_services.last_service_date', 'program_years.pop_gap_days') }} >= program_years.starts_on
    and last_services.days_without_service >= program_years.inactivity_warning_days
