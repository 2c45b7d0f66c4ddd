with enrollments as (
    select * from {{ ref('int_course_enrollments') }}
    where nrs_status = 'nrs_row'
),

tests as (
    select * from {{ ref('stg_fcs__tests') }}
),

reported_ids as (
    {%- for test_role in ['pre', 'post'] %}
    {%- set is_first_role = loop.first %}
    {%- for position in [1, 2, 3] %}
    {{ 'union all' if not (is_first_role and loop.first) }}
    select
        source_file,
        record_number,
        '{{ test_role }}' as test_role,
        {{ position }} as position,
        efl_subject_{{ position }} as subject,
        {{ test_role }}_test_id_{{ position }} as test_id
    from {{ ref('stg_fcs__course_enrollments') }}
    where {{ test_role }}_test_id_{{ position }} is not null
    {%- endfor %}
    {%- endfor %}
)

-- The level of a test id is that of the test with the id of the same agency and FLEID; several tests with one id each
-- count (R10, R63). A code means a level under its condition on the program; on rows of a program that places by
-- enrollment it means none (R10).
select
    enrollments.source_file,
    enrollments.record_number,
    enrollments.fleid,
    enrollments.program_year,
    enrollments.agency_id,
    enrollments.student_id,
    enrollments.course_id,
    enrollments.section_id,
    enrollments.program,
    enrollments.entry_date,
    enrollments.exit_date,
    reported_ids.test_role,
    reported_ids.position,
    reported_ids.subject,
    reported_ids.test_id,
    tests.efl as efl_code,
    tests.test_date,
    tests.source_file as test_source_file,
    tests.record_number as test_record_number,
    levels.efl_row_code,
    levels.level_order,
    levels.ladder,
    levels.is_alternative
from reported_ids
inner join enrollments
    on
        reported_ids.source_file = enrollments.source_file
        and reported_ids.record_number = enrollments.record_number
left join tests
    on
        enrollments.agency_id = tests.agency_id
        and enrollments.fleid = tests.fleid
        and reported_ids.test_id = tests.test_id
left join {{ ref('alternative_placement_programs') }} as alternatives
    on
        enrollments.program = alternatives.program
        and {{ in_force('alternatives', 'enrollments.program_year') }}
left join {{ ref('efl_crosswalk') }} as crosswalk
    on
        tests.efl = crosswalk.efl_code
        and alternatives.program is null
        and (crosswalk.program is null or enrollments.program = crosswalk.program)
        and {{ in_force('crosswalk', 'enrollments.program_year') }}
left join {{ ref('educational_functioning_levels') }} as levels
    on
        crosswalk.efl_row_code = levels.efl_row_code
        and {{ in_force('levels', 'enrollments.program_year') }}
