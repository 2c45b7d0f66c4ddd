{{ config(meta={'rules': ['MS-3-INACT']}) }}

with last_service as (
    select
        agency_id,
        student_id,
        fleid,
        max(attendance_date) as last_service_date
    from {{ ref('int_laces__service_days') }}
    where counted_minutes > 0
    group by agency_id, student_id, fleid
),

students as (
    select
        *,
        {{ program_year_of_reporting_year('reporting_year') }} as program_year
    from {{ ref('stg_laces__students') }}
),

program_years as (
    select * from {{ ref('int_program_years') }}
    where program_year = {{ var('program_year') }}
),

-- Service of the reported year, or before it if the period would end within the year.
days_without_service as (
    select
        last_service.*,
        as_of.as_of_date,
        program_years.program_year,
        program_years.inactivity_warning_days,
        program_years.pop_gap_days,
        {{ days_between('last_service.last_service_date', 'as_of.as_of_date') }} as inactive_days
    from last_service
    cross join {{ ref('int_laces__as_of') }} as as_of
    cross join program_years
    where
        last_service.last_service_date <= program_years.ends_on
        and {{ days_after('last_service.last_service_date', 'program_years.pop_gap_days') }} >= program_years.starts_on
)

-- From the warning to the day on which the period has ended, and those to be exited (MS Program Guidelines 2023, Section 3,
-- Attendance Policy).
select
    inactive.program_year,
    inactive.agency_id,
    inactive.student_id,
    inactive.fleid as person_id,
    inactive.as_of_date,
    inactive.last_service_date,
    cast(inactive.inactive_days as integer) as inactive_days,
    {{ days_after('inactive.last_service_date', 'inactive.pop_gap_days') }} as period_ends_on,
    cast(greatest(inactive.pop_gap_days - inactive.inactive_days, 0) as integer) as days_left,
    case when inactive.inactive_days < inactive.pop_gap_days then 'inactive' else 'to_be_exited' end as service_status
from days_without_service as inactive
left join students
    on
        inactive.agency_id = students.agency_id
        and inactive.student_id = students.student_id
        and inactive.fleid = students.fleid
        and {{ program_year_of('inactive.last_service_date') }} = students.program_year
where
    inactive.inactive_days >= inactive.inactivity_warning_days
    and students.exit_reason is null
