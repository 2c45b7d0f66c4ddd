-- Every file that names a student: where (agency) and when (year) a person has records. A course record stands in the
-- program year of its entry (R2) and, for what hangs on its term, in that of its reporting year (R61).
select
    fleid,
    agency_id,
    {{ program_year_of('entry_date') }} as program_year
from {{ ref('stg_fcs__course_enrollments') }}
{%- for extract in ['completions', 'course_enrollments', 'demographics', 'iet_supplemental', 'industry_certifications', 'tests'] %}
union
select
    fleid,
    agency_id,
    {{ program_year_of_reporting_year('reporting_year') }} as program_year
from {{ ref('stg_fcs__' ~ extract) }}
{%- endfor %}
