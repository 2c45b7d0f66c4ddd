with person_scopes as (
    select * from {{ ref('int_person_scopes') }}
),

records as (
    select * from {{ ref('int_agency_records') }}
),

agency_scopes as (
    select * from {{ ref('int_agency_scopes') }}
)

select distinct
    person_scopes.person_key,
    records.fleid,
    records.agency_id,
    records.program_year
from records
inner join agency_scopes
    on
        records.agency_id = agency_scopes.agency_id
        and records.program_year = agency_scopes.program_year
inner join person_scopes
    on
        records.fleid = person_scopes.fleid
        and agency_scopes.scope = person_scopes.scope
        and agency_scopes.scope_id = person_scopes.scope_id
