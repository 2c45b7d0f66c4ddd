with enrollments as (
    select * from {{ ref('int_course_enrollments') }}
    where nrs_status = 'nrs_row'
),

person_agencies as (
    select * from {{ ref('int_person_agencies') }}
)

select
    person_agencies.person_key,
    enrollments.fleid,
    enrollments.program_year,
    enrollments.reporting_year,
    enrollments.reporting_program_year,
    enrollments.term_digit,
    enrollments.agency_id,
    enrollments.student_id,
    enrollments.course_id,
    enrollments.section_id,
    enrollments.program,
    enrollments.entry_date,
    enrollments.exit_date,
    enrollments.section_hours,
    enrollments.iet_program_number,
    enrollments.is_iet,
    enrollments.is_iet_without_credential,
    enrollments.is_distance,
    enrollments.distance_hours,
    enrollments.is_outcomes_excluded,
    enrollments.source_file,
    enrollments.record_number
from enrollments
inner join person_agencies
    on
        enrollments.fleid = person_agencies.fleid
        and enrollments.agency_id = person_agencies.agency_id
        and enrollments.program_year = person_agencies.program_year
