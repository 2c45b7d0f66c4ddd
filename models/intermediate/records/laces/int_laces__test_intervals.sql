{{ config(meta={'rules': ['MS-4-HOURS', 'MS-4-FORM', 'MO-POST-TEST']}) }}

with ordered_tests as (
    select
        *,
        row_number() over (
            partition by fleid, instrument, subject
            order by test_date, level_order, assessment_id, source_file, record_number
        ) as test_number,
        row_number() over (
            partition by fleid, instrument, subject, program_year
            order by test_date, level_order, assessment_id, source_file, record_number
        ) as year_order
    from {{ ref('int_laces__assessments') }}
    where is_in_range
),

service_days as (
    select
        fleid,
        attendance_date,
        sum(counted_minutes) as counted_minutes
    from {{ ref('int_laces__service_days') }}
    group by fleid, attendance_date
),

previous_tests as (
    select
        tests.*,
        previous.test_date as previous_test_date,
        previous.form as previous_form,
        previous.program_group as previous_program_group
    from ordered_tests as tests
    left join ordered_tests as previous
        on
            tests.fleid = previous.fleid
            and tests.instrument = previous.instrument
            and tests.subject = previous.subject
            and tests.test_number = previous.test_number + 1
),

-- Instruction between the two: at every program, from the day of the previous test up to the day before this one.
intervals as (
    select
        previous_tests.source_file,
        previous_tests.record_number,
        {{ hours_of('coalesce(sum(service_days.counted_minutes), 0)') }} as hours_since_previous_test
    from previous_tests
    left join service_days
        on
            previous_tests.fleid = service_days.fleid
            and previous_tests.previous_test_date <= service_days.attendance_date
            and previous_tests.test_date > service_days.attendance_date
    where previous_tests.previous_test_date is not null
    group by previous_tests.source_file, previous_tests.record_number
)

select
    previous_tests.source_file,
    previous_tests.record_number,
    previous_tests.fleid,
    previous_tests.agency_id,
    previous_tests.program_year,
    previous_tests.instrument,
    previous_tests.subject,
    previous_tests.test_date,
    previous_tests.test_number,
    previous_tests.year_order,
    previous_tests.previous_test_date,
    intervals.hours_since_previous_test,
    rules.minimum_hours,
    -- The hours by the level of the previous test, then the other form (MS Program Guidelines 2023, Section 4, Post-testing
    -- Guidelines).
    case
        when previous_tests.previous_test_date is null then null
        when rules.minimum_hours is null or intervals.hours_since_previous_test < rules.minimum_hours then 'too_few_hours'
        when rules.form is null then null
        when previous_tests.form = rules.form and previous_tests.previous_form = rules.other_form then null
        when previous_tests.form = rules.other_form and previous_tests.previous_form = rules.form then null
        when previous_tests.form = previous_tests.previous_form then 'same_form'
        else 'unknown_form'
    end as obstacle
from previous_tests
left join intervals
    on
        previous_tests.source_file = intervals.source_file
        and previous_tests.record_number = intervals.record_number
left join {{ ref('post_test_rules') }} as rules
    on
        previous_tests.instrument = rules.instrument
        and previous_tests.previous_program_group = rules.program_group
        and {{ in_force('rules', 'previous_tests.program_year') }}
