with enrollments as (
    select * from {{ ref('int_pop_enrollments') }}
),

offers as (
    select * from {{ ref('int_placement_offers') }}
),

-- Per subject the first offer counts: earliest row entry date, lowest level among equals (EFL crosswalk note; R10).
subject_offers as (
    select
        enrollments.scope,
        enrollments.scope_id,
        enrollments.fleid,
        enrollments.program_year,
        enrollments.program,
        enrollments.agency_id,
        enrollments.course_id,
        enrollments.section_id,
        enrollments.student_id,
        enrollments.entry_date,
        enrollments.source_file,
        enrollments.record_number,
        offers.subject,
        offers.test_id,
        offers.efl_row_code,
        offers.level_order,
        offers.efl_code,
        offers.test_source_file,
        offers.test_record_number
    from enrollments
    inner join offers
        on
            enrollments.source_file = offers.source_file
            and enrollments.record_number = offers.record_number
    qualify
        row_number() over (
            partition by
                enrollments.scope, enrollments.scope_id, enrollments.fleid, enrollments.program_year, offers.subject
            order by
                enrollments.entry_date, offers.level_order, enrollments.agency_id, enrollments.course_id,
                enrollments.section_id, enrollments.student_id, enrollments.source_file, enrollments.record_number,
                offers.test_source_file, offers.test_record_number
        ) = 1
)

-- The lowest of the firsts; the row that offered it gives the program and the placing agency (R10).
select
    scope,
    scope_id,
    fleid,
    program_year,
    efl_row_code as entering_efl,
    program,
    agency_id as placing_agency_id,
    concat(
        efl_row_code, ' by ',
        case
            when test_id is null then concat('enrollment in ', program)
            else concat('pre-test ', test_id, ' ', subject, ' level ', efl_code, ' (', test_source_file, ' #', test_record_number, ')')
        end,
        ' on course ', course_id, '/', section_id, ' of ', agency_id, ' from ', entry_date,
        ' (', source_file, ' #', record_number, ')'
    ) as evidence
from subject_offers
qualify
    row_number() over (
        partition by scope, scope_id, fleid, program_year
        order by
            level_order, entry_date, agency_id, course_id, section_id, student_id, source_file, record_number, subject
    ) = 1
