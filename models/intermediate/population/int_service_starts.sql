with enrollments as (
    select * from {{ ref('int_course_enrollments') }}
    where nrs_status in ('nrs_row', 'preliminary')
),

agency_scopes as (
    select * from {{ ref('int_agency_scopes') }}
)

-- Policy notations 2-3: preliminary records show who goes on, while their term has no final ones (R1, R9).
select
    agency_scopes.scope,
    agency_scopes.scope_id,
    enrollments.fleid,
    enrollments.program_year,
    min(enrollments.entry_date) as first_entry_date
from enrollments
inner join agency_scopes
    on
        enrollments.agency_id = agency_scopes.agency_id
        and enrollments.program_year = agency_scopes.program_year
group by agency_scopes.scope, agency_scopes.scope_id, enrollments.fleid, enrollments.program_year
