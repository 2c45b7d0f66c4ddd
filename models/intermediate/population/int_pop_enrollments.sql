with enrollments as (
    select * from {{ ref('int_nrs_enrollments') }}
),

terms as (
    select * from {{ ref('int_terms') }}
),

periods as (
    select * from {{ ref('int_spans') }}
    where pop_number is not null
)

select
    enrollments.person_key,
    enrollments.fleid,
    enrollments.program_year,
    periods.pop_number,
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
inner join terms
    on
        enrollments.person_key = terms.person_key
        and enrollments.program_year = terms.program_year
        and enrollments.reporting_year = terms.reporting_year
        and enrollments.term_digit = terms.term_digit
inner join periods
    on
        terms.person_key = periods.person_key
        and terms.program_year = periods.program_year
        and terms.span_number = periods.span_number
