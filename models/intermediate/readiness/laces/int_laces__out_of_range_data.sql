{{ config(meta={'rules': ['MS-2-DQ-RANGE']}) }}

{#- Dates that cannot be later than the last day of attendance: model and column. A test may be entered after it. -#}
{%- set dates = [
    ('stg_laces__students', 'birth_date'), ('int_laces__assessments', 'test_date'), ('stg_laces__hse_tests', 'test_date'),
    ('stg_laces__outcomes', 'outcome_date'),
] -%}

with students as (
    select * from {{ ref('stg_laces__students') }}
    where {{ program_year_of_reporting_year('reporting_year') }} = {{ var('program_year') }}
),

attendance as (
    select * from {{ ref('stg_laces__attendance') }}
    where {{ program_year_of('attendance_date') }} = {{ var('program_year') }}
),

program_years as (
    select * from {{ ref('int_program_years') }}
    where program_year = {{ var('program_year') }}
),

checks as (
    select * from {{ ref('data_quality_rules') }} as checks
    where {{ in_force('checks', var('program_year')) }}
),

-- Blank scores and those that no range of an approved instrument and the subject has.
unplaced_scores as (
    select * from {{ ref('int_laces__assessments') }}
    where program_year = {{ var('program_year') }} and efl_row_code is null
),

first_service as (
    select
        agency_id,
        student_id,
        fleid,
        min(attendance_date) as first_service_date
    from {{ ref('int_laces__service_days') }}
    where program_year = {{ var('program_year') }} and counted_minutes > 0
    group by agency_id, student_id, fleid
),

ages as (
    select
        students.*,
        {{ completed_years('students.birth_date', 'first_service.first_service_date') }} as age
    from students
    inner join first_service
        on
            students.agency_id = first_service.agency_id
            and students.student_id = first_service.student_id
            and students.fleid = first_service.fleid
),

-- All classes and kinds of hours of a student's day at the program together.
days as (
    select
        agency_id,
        student_id,
        fleid,
        attendance_date,
        min_by(source_file, concat(source_file, lpad(cast(record_number as string), 12, '0'))) as source_file,
        min_by(record_number, concat(source_file, lpad(cast(record_number as string), 12, '0'))) as record_number,
        sum(minutes) as minutes
    from attendance
    group by agency_id, student_id, fleid, attendance_date
),

dates as (
    -- Only days after the program year that they are reported for can be later (int_laces__as_of).
    select
        agency_id,
        student_id,
        fleid,
        'attendance_date' as column_name,
        attendance_date as reported_date,
        source_file,
        record_number
    from {{ ref('int_laces__service_days') }}
    where counted_minutes > 0
    {%- for model, column in dates %}
    union all
    select
        agency_id,
        student_id,
        fleid,
        '{{ column }}' as column_name,
        {{ column }} as reported_date,
        source_file,
        record_number
    from {{ ref(model) }}
    {%- endfor %}
)

select
    'under_minimum_age' as check_id,
    ages.agency_id,
    ages.student_id,
    ages.fleid,
    'birth_date' as column_name,
    cast(ages.age as string) as found_value,
    ages.source_file,
    ages.record_number
from ages
cross join program_years
where ages.age < program_years.minimum_age
union all
select
    checks.check_id,
    ages.agency_id,
    ages.student_id,
    ages.fleid,
    'birth_date' as column_name,
    cast(ages.age as string) as found_value,
    ages.source_file,
    ages.record_number
from ages
inner join checks on checks.check_id = 'over_maximum_age' and checks.threshold < ages.age
union all
select
    checks.check_id,
    days.agency_id,
    days.student_id,
    days.fleid,
    'minutes' as column_name,
    {{ plain_number('days.minutes') }} as found_value,
    days.source_file,
    days.record_number
from days
inner join checks on checks.check_id = 'day_too_long' and checks.threshold < days.minutes
union all
select
    'score_outside_ranges' as check_id,
    agency_id,
    student_id,
    fleid,
    'scale_score' as column_name,
    {{ plain_number('scale_score') }} as found_value,
    source_file,
    record_number
from unplaced_scores
union all
select
    'date_in_the_future' as check_id,
    dates.agency_id,
    dates.student_id,
    dates.fleid,
    dates.column_name,
    cast(dates.reported_date as string) as found_value,
    dates.source_file,
    dates.record_number
from dates
inner join {{ ref('int_laces__as_of') }} as as_of on dates.reported_date > as_of.as_of_date
