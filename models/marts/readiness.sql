with scopes as (
    select * from {{ ref('report_scopes') }}
),

checks as (
    select * from {{ ref('readiness_checks') }} as checks
    where {{ in_force('checks', var('program_year')) }}
),

cell_counts as (
    select
        cells.program_year,
        cells.scope,
        cells.scope_id,
        checks.check_id,
        cells.value
    from checks
    inner join {{ ref('nrs_cells') }} as cells
        on
            checks.table_id = cells.table_id
            and checks.row_code = cells.row_code
            and checks.column_code = cells.column_code
),

identity_counts as (
    select
        program_year,
        scope,
        scope_id,
        'identities_not_held' as check_id,
        count(*) as value
    from {{ ref('equality_results') }}
    where is_held is not true
    group by program_year, scope, scope_id
),

-- One open stay a person (R7, R40).
open_stay_counts as (
    select
        program_year,
        scope,
        scope_id,
        'open_stays' as check_id,
        count(distinct person_id) as value
    from {{ ref('open_stays') }}
    group by program_year, scope, scope_id
),

ged_counts as (
    select
        persons.program_year,
        person_scopes.scope,
        person_scopes.scope_id,
        'ged_above_placement' as check_id,
        count(*) as value
    from {{ ref('int_ged_above_placement') }} as persons
    inner join {{ ref('int_person_scopes') }} as person_scopes on persons.person_key = person_scopes.person_key
    group by persons.program_year, person_scopes.scope, person_scopes.scope_id
),

assumption_counts as (
    select
        scopes.program_year,
        scopes.scope,
        scopes.scope_id,
        'assumptions' as check_id,
        count(assumptions.item) as value
    from scopes
    cross join {{ ref('assumptions') }} as assumptions
    group by scopes.program_year, scopes.scope, scopes.scope_id
),

-- A finding without an agency (an absent match quarter) concerns every scope.
extract_stops as (
    select
        scopes.program_year,
        scopes.scope,
        scopes.scope_id,
        'extract_stops' as check_id,
        count(*) as value
    from scopes
    cross join {{ ref('extract_findings') }} as findings
    where
        findings.severity = 'stop'
        and (
            findings.agency_id is null
            or exists (
                select 1 from {{ ref('int_agency_scopes') }} as agency_scopes
                where
                    agency_scopes.program_year = scopes.program_year
                    and agency_scopes.scope = scopes.scope
                    and agency_scopes.scope_id = scopes.scope_id
                    and agency_scopes.agency_id = findings.agency_id
            )
        )
    group by scopes.program_year, scopes.scope, scopes.scope_id
),

counts as (
    select * from cell_counts
    union all
    select * from extract_stops
    union all
    select * from identity_counts
    union all
    select * from open_stay_counts
    union all
    select * from ged_counts
    union all
    select * from assumption_counts
)

select
    scopes.program_year,
    scopes.scope,
    scopes.scope_id,
    checks.check_id,
    checks.check_order,
    checks.severity,
    checks.title,
    cast(coalesce(counts.value, 0) as bigint) as value,
    checks.meaning,
    checks.remedy,
    checks.look_in,
    checks.citation
from scopes
cross join checks
left join counts
    on
        scopes.program_year = counts.program_year
        and scopes.scope = counts.scope
        and scopes.scope_id = counts.scope_id
        and checks.check_id = counts.check_id
