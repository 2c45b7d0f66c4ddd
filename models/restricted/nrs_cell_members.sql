select
    members.program_year,
    members.scope,
    members.scope_id,
    members.table_id,
    members.row_code,
    members.column_code,
    members.fleid as person_id,
    members.agency_id,
    members.student_id,
    members.pop_program_year,
    members.pop_number,
    members.kind,
    concat(members.evidence, '; ', person_rows.evidence) as evidence
from {{ ref('int_cell_members') }} as members
inner join {{ ref('int_person_rows') }} as person_rows
    on
        members.program_year = person_rows.program_year
        and members.scope = person_rows.scope
        and members.scope_id = person_rows.scope_id
        and members.fleid = person_rows.fleid
