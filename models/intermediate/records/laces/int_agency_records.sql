{{ config(meta={'rules': ['MS-2-NRS']}) }}

-- Every file that names a student: where (program) and when (year) a person has records.
{%- for extract in ['students', 'class_enrollments', 'attendance', 'assessments', 'hse_tests', 'outcomes'] %}
{{ 'union' if not loop.first }}
select
    fleid,
    agency_id,
    {{ program_year_of_reporting_year('reporting_year') }} as program_year
from {{ ref('stg_laces__' ~ extract) }}
{%- endfor %}
union
-- The day decides the program year that minutes count in.
select
    fleid,
    agency_id,
    {{ program_year_of('attendance_date') }} as program_year
from {{ ref('stg_laces__attendance') }}
