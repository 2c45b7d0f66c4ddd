with members as (
    {{ members_of_the_year() }}
),

-- The scopes that the year reports for: an agency no longer eligible has no cells, though its exits are in its type's.
person_scopes as (
    select person_scopes.*
    from {{ ref('int_person_scopes') }} as person_scopes
    inner join {{ ref('int_report_scopes') }} as report_scopes
        on
            person_scopes.scope = report_scopes.scope
            and person_scopes.scope_id = report_scopes.scope_id
            and report_scopes.program_year = {{ var('program_year') }}
),

rollups as (
    select * from {{ ref('int_form_rollups') }}
)

-- Each member stands, in each scope of the person, in its own cell and in every total of the form that the cell adds to.
select
    members.program_year,
    person_scopes.scope,
    person_scopes.scope_id,
    members.table_id,
    rollups.row_code,
    rollups.column_code,
    members.person_key,
    person_scopes.fleid,
    members.pop_program_year,
    members.pop_number,
    members.kind,
    members.amount,
    members.block
from members
inner join person_scopes on members.person_key = person_scopes.person_key
inner join rollups
    on
        members.table_id = rollups.table_id
        and members.row_code = rollups.member_row_code
        and members.column_code = rollups.member_column_code
