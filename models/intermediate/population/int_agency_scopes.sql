with agencies as (
    select * from {{ ref('int_agencies') }}
)

-- Reports 1-3: state, agency type, agency.
select
    program_year,
    agency_id,
    'state' as scope,
    '{{ var("state") }}' as scope_id
from agencies
union all
select
    program_year,
    agency_id,
    'agency_type' as scope,
    agency_type as scope_id
from agencies
where agency_type is not null
union all
select
    program_year,
    agency_id,
    'agency' as scope,
    agency_id as scope_id
from agencies
