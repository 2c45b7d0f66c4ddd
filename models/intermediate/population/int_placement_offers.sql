with test_instances as (
    select * from {{ ref('int_test_instances') }}
),

enrollments as (
    select * from {{ ref('int_course_enrollments') }}
    where nrs_status = 'nrs_row'
),

offers as (
    select
        source_file,
        record_number,
        fleid,
        program_year,
        reporting_program_year,
        term_digit,
        agency_id,
        student_id,
        course_id,
        section_id,
        entry_date,
        subject,
        test_id,
        efl_code,
        test_source_file,
        test_record_number,
        efl_row_code,
        level_order,
        ladder,
        is_alternative,
        pairing
    from test_instances
    where test_role = 'pre' and subject is not null and efl_row_code is not null
    union all
    -- An Adult High School row offers Alternative ABE as a subject of its own (R10).
    select
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
        enrollments.entry_date,
        enrollments.program as subject,
        cast(null as string) as test_id,
        cast(null as string) as efl_code,
        cast(null as string) as test_source_file,
        cast(null as bigint) as test_record_number,
        levels.efl_row_code,
        levels.level_order,
        levels.ladder,
        levels.is_alternative,
        cast(null as string) as pairing
    from enrollments
    inner join {{ ref('alternative_placement_programs') }} as alternatives
        on
            enrollments.program = alternatives.program
            and {{ in_force('alternatives', 'enrollments.program_year') }}
    inner join {{ ref('educational_functioning_levels') }} as levels
        on
            alternatives.efl_row_code = levels.efl_row_code
            and {{ in_force('levels', 'enrollments.program_year') }}
)

select
    source_file,
    record_number,
    subject,
    test_id,
    efl_row_code,
    level_order,
    ladder,
    is_alternative,
    pairing,
    efl_code,
    test_source_file,
    test_record_number,
    -- The order in which offers count, one for all: earliest row entry, lowest level, then the row's ids (R10), the earlier
    -- term (decision 0007) and the rest for certainty.
    row_number() over (
        partition by fleid, program_year, subject
        order by
            entry_date, level_order, agency_id, course_id, section_id, student_id, reporting_program_year, term_digit, source_file,
            record_number, test_source_file, test_record_number
    ) as subject_order,
    row_number() over (
        partition by fleid, program_year
        order by
            level_order, entry_date, agency_id, course_id, section_id, student_id, reporting_program_year, term_digit, source_file,
            record_number, subject, test_source_file, test_record_number
    ) as level_and_row_order
from offers
