{{ config(meta={'rules': ['MS-4-PAIR', 'MO-POST-TEST']}) }}

with uses as (
    select
        source_file,
        record_number,
        use,
        pre_test_date,
        enrollment_source_file,
        enrollment_record_number
    from {{ ref('int_laces__assessment_uses') }}
    union all
    select
        source_file,
        record_number,
        use,
        pre_test_date,
        enrollment_source_file,
        enrollment_record_number
    from {{ ref('int_laces__shared_pre_tests') }}
),

assessments as (
    select * from {{ ref('int_laces__assessments') }}
),

enrollments as (
    select * from {{ ref('int_course_enrollments') }}
)

-- What is not used stands on no row; a test brought forward in its own month stands on one row twice.
select distinct
    enrollments.source_file,
    enrollments.record_number,
    enrollments.fleid,
    enrollments.program_year,
    enrollments.reporting_program_year,
    enrollments.term_digit,
    enrollments.agency_id,
    enrollments.student_id,
    enrollments.course_id,
    enrollments.section_id,
    enrollments.program,
    enrollments.entry_date,
    enrollments.exit_date,
    case when uses.use = 'post_test' then 'post' else 'pre' end as test_role,
    1 as position,
    assessments.subject,
    assessments.assessment_id as test_id,
    assessments.efl_row_code as efl_code,
    assessments.test_date,
    assessments.source_file as test_source_file,
    assessments.record_number as test_record_number,
    assessments.efl_row_code,
    assessments.level_order,
    assessments.ladder,
    false as is_alternative,
    concat(assessments.instrument, ' ', uses.pre_test_date) as pairing
from uses
inner join assessments
    on
        uses.source_file = assessments.source_file
        and uses.record_number = assessments.record_number
inner join enrollments
    on
        uses.enrollment_source_file = enrollments.source_file
        and uses.enrollment_record_number = enrollments.record_number
