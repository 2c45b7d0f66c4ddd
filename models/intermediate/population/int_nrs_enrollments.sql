{{ config(materialized='view') }}

with enrollments as (
    select * from {{ ref('int_course_enrollments') }}
    where nrs_status = 'nrs_row'
),

agency_scopes as (
    select * from {{ ref('int_agency_scopes') }}
)

select
    agency_scopes.scope,
    agency_scopes.scope_id,
    enrollments.*
from enrollments
inner join agency_scopes
    on
        enrollments.agency_id = agency_scopes.agency_id
        and enrollments.program_year = agency_scopes.program_year
