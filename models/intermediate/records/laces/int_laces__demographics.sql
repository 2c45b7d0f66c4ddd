{{ config(meta={'rules': ['MS-2-DEMO']}) }}

with students as (
    select * from {{ ref('stg_laces__students') }}
),

service_months as (
    select distinct
        agency_id,
        student_id,
        fleid,
        {{ reporting_year_of('program_year') }} as reporting_year,
        term_digit
    from {{ ref('int_laces__service_days') }}
    where counted_minutes > 0
)

-- The record of a program year speaks for each month with service in it.
select
    students.*,
    concat(service_months.term_digit, 'E') as term_id
from students
inner join service_months
    on
        students.agency_id = service_months.agency_id
        and students.student_id = service_months.student_id
        and students.fleid = service_months.fleid
        and students.reporting_year = service_months.reporting_year
