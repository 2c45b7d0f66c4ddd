with enrollments as (
    select * from {{ ref('int_nrs_enrollments') }}
),

pop_terms as (
    select * from {{ ref('int_pop_terms') }}
)

select
    enrollments.person_key,
    enrollments.fleid,
    enrollments.program_year,
    pop_terms.pop_number,
    enrollments.agency_id,
    enrollments.reporting_program_year,
    enrollments.term_digit,
    enrollments.student_id,
    enrollments.course_id,
    enrollments.section_id,
    enrollments.program,
    enrollments.entry_date,
    enrollments.iet_program_number,
    enrollments.is_iet,
    enrollments.is_iet_without_credential,
    enrollments.source_file,
    enrollments.record_number
from enrollments
inner join pop_terms
    on
        enrollments.person_key = pop_terms.person_key
        and enrollments.program_year = pop_terms.program_year
        and enrollments.reporting_year = pop_terms.reporting_year
        and enrollments.term_digit = pop_terms.term_digit
