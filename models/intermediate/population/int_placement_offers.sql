with enrollments as (
    select * from {{ ref('int_course_enrollments') }}
    where nrs_status = 'nrs_row'
),

levels as (
    select * from {{ ref('educational_functioning_levels') }}
),

tests as (
    select * from {{ ref('stg_fcs__tests') }}
    where efl is not null
),

pairs as (
    {%- for position in [1, 2, 3] %}
    {{ 'union all' if not loop.first }}
    select
        records.source_file,
        records.record_number,
        records.efl_subject_{{ position }} as subject,
        records.pre_test_id_{{ position }} as test_id
    from {{ ref('stg_fcs__course_enrollments') }} as records
    where records.efl_subject_{{ position }} is not null and records.pre_test_id_{{ position }} is not null
    {%- endfor %}
),

-- The pre-test's level is that of the test with the id of the same agency and FLEID; several tests with one id each
-- offer (R10, R63). A code counts under its condition on the program.
test_offers as (
    select
        enrollments.source_file,
        enrollments.record_number,
        enrollments.program_year,
        enrollments.fleid,
        enrollments.agency_id,
        enrollments.student_id,
        enrollments.course_id,
        enrollments.section_id,
        enrollments.entry_date,
        pairs.subject,
        pairs.test_id,
        crosswalk.efl_row_code,
        tests.efl as efl_code,
        tests.source_file as test_source_file,
        tests.record_number as test_record_number
    from enrollments
    inner join pairs
        on
            enrollments.source_file = pairs.source_file
            and enrollments.record_number = pairs.record_number
    inner join tests
        on
            enrollments.agency_id = tests.agency_id
            and enrollments.fleid = tests.fleid
            and pairs.test_id = tests.test_id
    inner join {{ ref('efl_crosswalk') }} as crosswalk
        on
            tests.efl = crosswalk.efl_code
            and (crosswalk.program is null or enrollments.program = crosswalk.program)
            and {{ in_force('crosswalk', 'enrollments.program_year') }}
    left join {{ ref('alternative_placement_programs') }} as alternatives
        on
            enrollments.program = alternatives.program
            and {{ in_force('alternatives', 'enrollments.program_year') }}
    where alternatives.program is null
),

-- An Adult High School row offers Alternative ABE as a subject of its own; its tests are ignored (R10).
program_offers as (
    select
        enrollments.source_file,
        enrollments.record_number,
        enrollments.program_year,
        enrollments.fleid,
        enrollments.agency_id,
        enrollments.student_id,
        enrollments.course_id,
        enrollments.section_id,
        enrollments.entry_date,
        enrollments.program as subject,
        cast(null as varchar) as test_id,
        alternatives.efl_row_code,
        cast(null as varchar) as efl_code,
        cast(null as varchar) as test_source_file,
        cast(null as bigint) as test_record_number
    from enrollments
    inner join {{ ref('alternative_placement_programs') }} as alternatives
        on
            enrollments.program = alternatives.program
            and {{ in_force('alternatives', 'enrollments.program_year') }}
),

offers as (
    select * from test_offers
    union all
    select * from program_offers
)

select
    offers.source_file,
    offers.record_number,
    offers.subject,
    offers.test_id,
    offers.efl_row_code,
    levels.level_order,
    offers.efl_code,
    offers.test_source_file,
    offers.test_record_number,
    -- The order in which offers count, one for all: earliest row entry, lowest level, then the rest for certainty (R10).
    row_number() over (
        partition by offers.fleid, offers.program_year, offers.subject
        order by
            offers.entry_date, levels.level_order, offers.agency_id, offers.course_id, offers.section_id,
            offers.student_id, offers.source_file, offers.record_number, offers.test_source_file, offers.test_record_number
    ) as subject_order,
    row_number() over (
        partition by offers.fleid, offers.program_year
        order by
            levels.level_order, offers.entry_date, offers.agency_id, offers.course_id, offers.section_id,
            offers.student_id, offers.source_file, offers.record_number, offers.subject, offers.test_source_file,
            offers.test_record_number
    ) as level_and_row_order
from offers
inner join levels
    on
        offers.efl_row_code = levels.efl_row_code
        and {{ in_force('levels', 'offers.program_year') }}
