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
    -- Of who was served, the records that became nothing (R1): a preliminary one that shows who goes on (R9), or a transcript of a
    -- listed program (R25), is used.
    select
        dispositions.agency_id,
        dispositions.extract_name,
        dispositions.disposition as action,
        dispositions.detail as reason,
        count(*) as faults
    from {{ ref('int_input_dispositions') }} as dispositions
    inner join {{ ref(service_model()) }} as services
        on
            dispositions.source_file = services.source_file
            and dispositions.record_number = services.record_number
    where
        dispositions.extract_name = '{{ service_extract() }}'
        and dispositions.disposition = 'not_in_scope'
        and services.program_year = {{ var('program_year') }}
    group by dispositions.agency_id, dispositions.extract_name, dispositions.disposition, dispositions.detail
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
