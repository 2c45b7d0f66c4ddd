{{ config(meta={'rules': ['MS-2-EXIT', 'MS-3-INACT']}) }}

with last_days as (
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

last_services as (
    select
        last_days.agency_id,
        last_days.student_id,
        last_days.fleid,
        last_days.last_service_date,
        program_years.program_year,
        program_years.pop_gap_days,
        as_of.as_of_date,
        {{ days_between('last_days.last_service_date', 'as_of.as_of_date') }} as days_without_service,
        students.exit_reason is not null as has_left
    from last_days
    cross join {{ ref('int_laces__as_of') }} as as_of
    inner join {{ ref('int_program_years') }} as program_years
        on {{ program_year_of('last_days.last_service_date') }} = program_years.program_year
    left join students
        on
            last_days.agency_id = students.agency_id
            and last_days.student_id = students.student_id
            and last_days.fleid = students.fleid
            and program_years.program_year = students.program_year
)

-- Service goes on while fewer than the rule's days have passed since it was last given, unless the student has left
-- (MS Program Guidelines 2023, Section 2, Periods of Participation; Section 3, Attendance Policy).
select
    agency_id,
    student_id,
    fleid,
    program_year,
    last_service_date,
    as_of_date,
    cast(days_without_service as integer) as days_without_service,
    has_left,
    days_without_service < pop_gap_days and not has_left as is_in_service
from last_services
