with enrollments as (
    select * from {{ ref('int_course_enrollments') }}
    where nrs_status = 'nrs_row'
),

records as (
    select * from {{ ref('stg_fcs__course_enrollments') }}
),

tests as (
    select * from {{ ref('stg_fcs__tests') }}
),

reported_rows as (
    select
        enrollments.*,
        {%- for position in [1, 2, 3] %}
        records.efl_subject_{{ position }},
        records.pre_test_id_{{ position }},
        records.post_test_id_{{ position }},
        {%- endfor %}
        -- A program that places by enrollment has no use for tests (R10).
        alternatives.program is null as is_placed_by_tests
    from enrollments
    inner join records
        on
            enrollments.source_file = records.source_file
            and enrollments.record_number = records.record_number
    left join {{ ref('alternative_placement_programs') }} as alternatives
        on
            enrollments.program = alternatives.program
            and {{ in_force('alternatives', 'enrollments.program_year') }}
),

reported_ids as (
    {%- for test_role in ['pre', 'post'] %}
    {%- set is_first_role = loop.first %}
    {%- for position in [1, 2, 3] %}
    {{ 'union all' if not (is_first_role and loop.first) }}
    select
        reported_rows.*,
        '{{ test_role }}' as test_role,
        {{ position }} as position,
        efl_subject_{{ position }} as subject,
        {{ test_role }}_test_id_{{ position }} as test_id
    from reported_rows
    where {{ test_role }}_test_id_{{ position }} is not null
    {%- endfor %}
    {%- endfor %}
),

-- The level of a test id is that of the test with the id of the same agency and FLEID; several tests with one id each
-- count (R10, R63).
reported_tests as (
    select
        reported_ids.*,
        tests.efl as efl_code,
        case when reported_ids.is_placed_by_tests then tests.efl end as placing_efl_code,
        tests.test_date,
        tests.source_file as test_source_file,
        tests.record_number as test_record_number
    from reported_ids
    left join tests
        on
            reported_ids.agency_id = tests.agency_id
            and reported_ids.fleid = tests.fleid
            and reported_ids.test_id = tests.test_id
)

-- A code means a level under its condition on the program (R10).
select
    reported_tests.source_file,
    reported_tests.record_number,
    reported_tests.fleid,
    reported_tests.program_year,
    reported_tests.reporting_program_year,
    reported_tests.term_digit,
    reported_tests.agency_id,
    reported_tests.student_id,
    reported_tests.course_id,
    reported_tests.section_id,
    reported_tests.program,
    reported_tests.entry_date,
    reported_tests.exit_date,
    reported_tests.test_role,
    reported_tests.position,
    reported_tests.subject,
    reported_tests.test_id,
    reported_tests.efl_code,
    reported_tests.test_date,
    reported_tests.test_source_file,
    reported_tests.test_record_number,
    levels.efl_row_code,
    levels.level_order,
    levels.ladder,
    levels.is_alternative,
    -- Every pre-test of the subject is one with every post-test of it (R20).
    cast(null as string) as pairing
from reported_tests
left join {{ ref('efl_crosswalk') }} as crosswalk
    on
        reported_tests.placing_efl_code = crosswalk.efl_code
        and reported_tests.program = coalesce(crosswalk.program, reported_tests.program)
        and {{ in_force('crosswalk', 'reported_tests.program_year') }}
left join {{ ref('educational_functioning_levels') }} as levels
    on
        crosswalk.efl_row_code = levels.efl_row_code
        and {{ in_force('levels', 'reported_tests.program_year') }}
