with eligible_agencies as (
    select * from {{ ref('int_agencies') }}
    where is_nrs_eligible
)

select distinct
    scopes.program_year,
    scopes.scope,
    scopes.scope_id
from {{ ref('int_agency_scopes') }} as scopes
inner join eligible_agencies
    on
        scopes.program_year = eligible_agencies.program_year
        and scopes.agency_id = eligible_agencies.agency_id
where scopes.scope <> 'state'
union all
select
    program_year,
    'state' as scope,
    '{{ var("state") }}' as scope_id
from {{ ref('int_program_years') }}
