select
    program_year,
    scope,
    scope_id,
    fleid as person_id,
    agency_id,
    student_id,
    reason,
    evidence
from {{ ref('int_exclusions') }}
