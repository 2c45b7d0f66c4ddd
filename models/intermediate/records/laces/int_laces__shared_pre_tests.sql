{{ config(meta={'rules': ['MS-4-CARRY', 'MO-POST-TEST']}) }}

with uses as (
    select * from {{ ref('int_laces__assessment_uses') }}
),

assessments as (
    select * from {{ ref('int_laces__assessments') }}
),

spans as (
    select * from {{ ref('int_laces__service_spans') }}
),

program_years as (
    select * from {{ ref('int_program_years') }}
),

-- Each row with the span of service that it is of.
enrollments as (
    select
        enrollments.source_file,
        enrollments.record_number,
        enrollments.fleid,
        enrollments.agency_id,
        enrollments.program_year,
        enrollments.entry_date,
        enrollments.section_id,
        enrollments.student_id,
        max(spans.span_number) as span_number
    from {{ ref('int_course_enrollments') }} as enrollments
    inner join spans
        on
            enrollments.fleid = spans.fleid
            and enrollments.program_year = spans.program_year
            and enrollments.entry_date >= spans.entry_date
    where enrollments.nrs_status = 'nrs_row'
    group by
        enrollments.source_file, enrollments.record_number, enrollments.fleid, enrollments.agency_id, enrollments.program_year,
        enrollments.entry_date, enrollments.section_id, enrollments.student_id
)

-- The row begun on the day of the test or later comes first, else the first after the row that the test stands on. Of its span
-- only: into the next the test is brought forward, if it's still the latest.
select
    uses.source_file,
    uses.record_number,
    uses.program_year,
    uses.span_number,
    other_rows.agency_id,
    uses.use,
    uses.pre_test_date,
    other_rows.source_file as enrollment_source_file,
    other_rows.record_number as enrollment_record_number
from uses
inner join assessments
    on
        uses.source_file = assessments.source_file
        and uses.record_number = assessments.record_number
inner join program_years on uses.program_year = program_years.program_year
inner join enrollments as own_rows
    on
        uses.enrollment_source_file = own_rows.source_file
        and uses.enrollment_record_number = own_rows.record_number
inner join enrollments as other_rows
    on
        own_rows.fleid = other_rows.fleid
        and own_rows.program_year = other_rows.program_year
        and own_rows.span_number = other_rows.span_number
        and own_rows.agency_id <> other_rows.agency_id
where
    uses.use in ('pre_test', 'carried_forward')
    and (other_rows.entry_date >= assessments.test_date or other_rows.entry_date > own_rows.entry_date)
    and {{ days_between('assessments.test_date', 'other_rows.entry_date') }} <= program_years.assessment_validity_days
qualify
    row_number() over (
        partition by uses.source_file, uses.record_number, uses.program_year, uses.span_number, other_rows.agency_id
        order by
            case when other_rows.entry_date >= assessments.test_date then 0 else 1 end, other_rows.entry_date, other_rows.section_id,
            other_rows.student_id, other_rows.source_file, other_rows.record_number
    ) = 1
