{{ config(meta={'rules': ['MS-2-DQ-MISSING', 'MS-4-PRE12']}) }}

{#- What a student's record of the year does not say: check and condition. A person is Hispanic or of some race. -#}
{%- set missing_values = {
    'birth_date_missing': 'students.birth_date is null',
    'race_missing': "not coalesce(
            'Y' in (
                students.hispanic, students.white, students.black, students.asian, students.american_indian,
                students.pacific_islander
            ),
            false
        )",
    'employment_status_missing': 'students.employment_status is null',
    'schooling_missing': 'students.schooling_level is null or students.schooling_origin is null',
    'barriers_missing': 'coalesce(
            students.exhausting_tanf, students.long_term_unemployed, students.low_income, students.displaced_homemaker,
            students.ex_offender, students.homeless, students.migrant_farmworker, students.disability,
            students.single_parent, students.foster_youth
        ) is null',
} -%}

with students as (
    select * from {{ ref('stg_laces__students') }}
    where {{ program_year_of_reporting_year('reporting_year') }} = {{ var('program_year') }}
),

program_years as (
    select * from {{ ref('int_program_years') }}
    where program_year = {{ var('program_year') }}
),

assessments as (
    select * from {{ ref('stg_laces__assessments') }}
),

service_to_date as (
    select
        service_days.*,
        program_years.assessment_first_hours,
        program_years.assessment_validity_days,
        sum(service_days.counted_minutes) over (
            partition by service_days.agency_id, service_days.student_id, service_days.fleid
            order by service_days.attendance_date, service_days.source_file, service_days.record_number
            rows between unbounded preceding and current row
        ) as minutes_to_date
    from {{ ref('int_laces__service_days') }} as service_days
    inner join program_years on service_days.program_year = program_years.program_year
),

-- The record on which the first hours are through.
first_hours_through as (
    select * from service_to_date
    where minutes_to_date >= assessment_first_hours * 60
    qualify
        row_number() over (
            partition by agency_id, student_id, fleid
            order by attendance_date, source_file, record_number
        ) = 1
),

-- A test of any program of the state serves while its score is valid (MS Program Guidelines 2023, Section 4, Initial
-- Assessments; Expiration of Assessments).
untested as (
    select first_hours_through.* from first_hours_through
    where
        not exists (
            select 1 from assessments
            where
                assessments.fleid = first_hours_through.fleid
                and assessments.test_date <= first_hours_through.attendance_date
                and {{ days_between('assessments.test_date', 'first_hours_through.attendance_date') }}
                <= first_hours_through.assessment_validity_days
        )
)
{%- for check, condition in missing_values.items() %}
{{ 'union all' if not loop.first }}
select
    '{{ check }}' as check_id,
    students.agency_id,
    students.student_id,
    students.fleid,
    students.source_file,
    students.record_number
from students
where {{ condition }}
{%- endfor %}
union all
select
    'pre_test_missing' as check_id,
    agency_id,
    student_id,
    fleid,
    source_file,
    record_number
from untested
