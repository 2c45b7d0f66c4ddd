with scopes as (
    select * from {{ ref('report_scopes') }}
),

agency_scopes as (
    select * from {{ ref('int_agency_scopes') }}
    where program_year = {{ var('program_year') }}
),

faults as (
    select
        agency_id,
        extract_name,
        action,
        reason,
        count(*) as faults
    from {{ ref('rejected_rows') }}
    group by agency_id, extract_name, action, reason
    union all
    -- A preliminary row shows who goes on (R9): it is no row left out.
    select
        agency_id,
        '{{ service_extract() }}' as extract_name,
        'not_in_scope' as action,
        nrs_status as reason,
        count(*) as faults
    from {{ ref('int_course_enrollments') }}
    where program_year = {{ var('program_year') }} and nrs_status not in ('nrs_row', 'preliminary')
    group by agency_id, nrs_status
),

-- The state has them all, those of no agency or an unknown one too.
scope_faults as (
    select
        scopes.scope,
        scopes.scope_id,
        faults.extract_name,
        faults.action,
        faults.reason,
        faults.faults
    from faults
    inner join scopes on scopes.scope = 'state'
    union all
    select
        agency_scopes.scope,
        agency_scopes.scope_id,
        faults.extract_name,
        faults.action,
        faults.reason,
        faults.faults
    from faults
    inner join agency_scopes
        on
            faults.agency_id = agency_scopes.agency_id
            and agency_scopes.scope <> 'state'
)

select
    scopes.program_year,
    scopes.scope,
    scopes.scope_id,
    scope_faults.extract_name,
    scope_faults.action,
    scope_faults.reason,
    cast(sum(scope_faults.faults) as bigint) as faults
from scopes
inner join scope_faults
    on
        scopes.scope = scope_faults.scope
        and scopes.scope_id = scope_faults.scope_id
group by
    scopes.program_year, scopes.scope, scopes.scope_id, scope_faults.extract_name, scope_faults.action,
    scope_faults.reason
