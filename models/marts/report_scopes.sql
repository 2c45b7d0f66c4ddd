with scopes as (
    select * from {{ ref('int_report_scopes') }}
    where program_year = {{ var('program_year') }}
),

agency_types as (
    select * from {{ ref('code_lists') }} as agency_types
    where {{ in_force('agency_types', var('program_year')) }}
)

select
    scopes.program_year,
    scopes.scope,
    scopes.scope_id,
    case scopes.scope
        when 'agency' then coalesce(agencies.agency_name, scopes.scope_id)
        when 'agency_type' then coalesce(agency_types.label, scopes.scope_id)
        else scopes.scope_id
    end as scope_name
from scopes
left join {{ ref('int_agencies') }} as agencies
    on
        scopes.scope = 'agency'
        and scopes.program_year = agencies.program_year
        and scopes.scope_id = agencies.agency_id
left join agency_types
    on
        scopes.scope = 'agency_type'
        and agency_types.code_list = 'agency_type'
        and scopes.scope_id = agency_types.code
