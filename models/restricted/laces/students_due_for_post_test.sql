{{ config(meta={'rules': ['MS-4-DUE']}) }}

with program_years as (
    select * from {{ ref('int_program_years') }}
    where program_year = {{ var('program_year') }}
),

service_days as (
    select * from {{ ref('int_laces__service_days') }}
),

-- The last test of the instrument and subject at any program, and the valid score that the next is compared with. A test of a
-- year before the first list of programs is in no chain: it is itself the score that is brought forward.
last_tests as (
    select
        tests.fleid,
        tests.instrument,
        tests.subject,
        tests.test_date as last_test_date,
        coalesce(chains.valid_test_date, tests.test_date) as pre_test_date,
        assessments.form,
        assessments.test_level,
        assessments.efl_row_code,
        assessments.level_order,
        assessments.program_group
    from {{ ref('int_laces__test_intervals') }} as tests
    left join {{ ref('int_laces__test_chains') }} as chains
        on
            tests.source_file = chains.source_file
            and tests.record_number = chains.record_number
    inner join {{ ref('int_laces__assessments') }} as assessments
        on
            tests.source_file = assessments.source_file
            and tests.record_number = assessments.record_number
    qualify
        row_number() over (
            partition by tests.fleid, tests.instrument, tests.subject
            order by tests.test_number desc
        ) = 1
),

-- Where the student is: the program of the last service, unless the student has left or the period of participation has
-- ended.
last_services as (
    select * from {{ ref('int_laces__last_services') }}
    qualify row_number() over (partition by fleid order by last_service_date desc, agency_id asc, student_id asc) = 1
),

served_students as (
    select
        last_services.*,
        program_years.post_test_due_hours,
        program_years.post_test_approaching_hours,
        program_years.assessment_validity_days
    from last_services
    inner join program_years on last_services.program_year = program_years.program_year
    where last_services.is_in_service
),

-- Instruction since the last test at every program, its day included.
hours_since as (
    select
        last_tests.fleid,
        last_tests.instrument,
        last_tests.subject,
        {{ hours_of('coalesce(sum(service_days.counted_minutes), 0)') }} as hours_since_last_test
    from last_tests
    left join service_days
        on
            last_tests.fleid = service_days.fleid
            and last_tests.last_test_date <= service_days.attendance_date
    group by last_tests.fleid, last_tests.instrument, last_tests.subject
),

-- The hours by the level of the last test; another form; the same difficulty, unless the level is the highest that it
-- measures (MS Program Guidelines 2023, Section 4, Post-testing Guidelines).
next_tests as (
    select
        served_students.*,
        last_tests.instrument,
        last_tests.subject,
        last_tests.last_test_date,
        last_tests.pre_test_date,
        last_tests.efl_row_code,
        hours_since.hours_since_last_test,
        rules.minimum_hours,
        case last_tests.form when rules.form then rules.other_form when rules.other_form then rules.form end as next_form,
        case
            when last_tests.level_order < test_levels.highest_level_order then last_tests.test_level
            else coalesce(test_levels.next_test_level, last_tests.test_level)
        end as next_test_level,
        {{ days_after('last_tests.pre_test_date', 'served_students.assessment_validity_days') }} as pre_test_valid_until
    from served_students
    inner join last_tests on served_students.fleid = last_tests.fleid
    inner join hours_since
        on
            last_tests.fleid = hours_since.fleid
            and last_tests.instrument = hours_since.instrument
            and last_tests.subject = hours_since.subject
    left join {{ ref('post_test_rules') }} as rules
        on
            last_tests.instrument = rules.instrument
            and last_tests.program_group = rules.program_group
            and {{ in_force('rules', var('program_year')) }}
    left join {{ ref('int_laces__test_levels') }} as test_levels
        on
            last_tests.instrument = test_levels.instrument
            and last_tests.test_level = test_levels.test_level
),

statuses as (
    select
        *,
        case
            when pre_test_valid_until < as_of_date then 'pre_test_expired'
            when hours_since_last_test >= minimum_hours + post_test_due_hours then 'overdue'
            when hours_since_last_test >= minimum_hours then 'due'
            when hours_since_last_test >= minimum_hours - post_test_approaching_hours then 'approaching'
        end as post_test_status
    from next_tests
)

select
    program_year,
    agency_id,
    student_id,
    fleid as person_id,
    instrument,
    subject,
    as_of_date,
    last_service_date,
    post_test_status,
    efl_row_code,
    last_test_date,
    cast(hours_since_last_test as double) as hours_since_last_test,
    cast(minimum_hours as double) as minimum_hours,
    next_form,
    next_test_level,
    pre_test_date,
    pre_test_valid_until,
    cast({{ days_between('as_of_date', 'pre_test_valid_until') }} as integer) as pre_test_days_left
from statuses
where post_test_status is not null
