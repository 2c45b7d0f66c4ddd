{{ config(meta={'rules': ['MS-4-ENTRY']}) }}

with assessments as (
    select
        *,
        {{ program_year_of('test_date') }} as program_year,
        {{ business_days_between('test_date', 'entered_on') }} as business_days
    from {{ ref('stg_laces__assessments') }}
),

program_years as (
    select * from {{ ref('int_program_years') }}
    where program_year = {{ var('program_year') }}
)

select
    assessments.program_year,
    assessments.agency_id,
    assessments.student_id,
    assessments.fleid as person_id,
    assessments.assessment_id,
    assessments.instrument,
    assessments.subject,
    assessments.test_date,
    assessments.entered_on,
    case when assessments.entered_on is null then 'not_recorded' else 'late' end as entry_status,
    cast(assessments.business_days as integer) as business_days,
    cast(assessments.business_days - program_years.assessment_entry_business_days as integer) as business_days_late,
    assessments.source_file,
    assessments.record_number
from assessments
inner join program_years on assessments.program_year = program_years.program_year
-- MS Program Guidelines 2023, Section 4, Data Entry Deadlines.
where
    assessments.entered_on is null
    or assessments.business_days > program_years.assessment_entry_business_days
