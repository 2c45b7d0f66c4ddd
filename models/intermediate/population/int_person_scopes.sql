with nrs_persons as (
    select distinct fleid from {{ ref('int_course_enrollments') }}
    where nrs_status in ('nrs_row', 'preliminary')
),

records as (
    select * from {{ ref('int_agency_records') }}
),

agency_scopes as (
    select * from {{ ref('int_agency_scopes') }}
),

-- How much of a FLEID's record a scope holds; the state holds all of it.
scope_records as (
    select
        records.fleid,
        agency_scopes.scope,
        agency_scopes.scope_id,
        count(*) as agency_years
    from records
    inner join nrs_persons on records.fleid = nrs_persons.fleid
    inner join agency_scopes
        on
            records.agency_id = agency_scopes.agency_id
            and records.program_year = agency_scopes.program_year
    group by records.fleid, agency_scopes.scope, agency_scopes.scope_id
),

-- A scope that holds as much as the state holds the same, so whatever is derived from it is the same.
distinct_records as (
    select
        *,
        case
            when agency_years = max(agency_years) over (partition by fleid) then ''
            else concat(scope, ':', scope_id)
        end as part_of_record
    from scope_records
)

select
    dense_rank() over (order by fleid, part_of_record) as person_key,
    fleid,
    scope,
    scope_id
from distinct_records
