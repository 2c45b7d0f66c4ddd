-- Who is behind a cell: each member of one cell of the reported year, with the evidence that put them there.
-- The number of rows is the value of the cell, if that is a count. Restricted: the answer holds people.
--
--   dbt show --target current --select who_is_behind_a_cell --limit 1000 --output json
--   dbt show --target current --select who_is_behind_a_cell --limit 1000 --output json \
--     --vars '{scope: agency, scope_id: "013", table_id: "1", row_code: esl_3, column_code: total}'
--
-- It reads the warehouse in place, for its program year; without `--target current` what plain dbt built. For a state with LACES:
-- NRS_WAREHOUSE=warehouse/ms/nrs.duckdb, and `state: MS, extracts_path: examples/mississippi` among the variables. Codes and
-- labels are in nrs_form_cells.
with members as (
    select * from {{ ref('nrs_cell_members') }}
),

form_cells as (
    select * from {{ ref('nrs_form_cells') }}
)

select
    members.program_year,
    members.scope,
    members.scope_id,
    members.table_id,
    form_cells.row_label,
    form_cells.column_label,
    members.person_id,
    members.agency_id,
    members.student_id,
    members.pop_program_year,
    members.pop_number,
    members.kind,
    members.evidence
from members
inner join form_cells
    on
        members.table_id = form_cells.table_id
        and members.row_code = form_cells.row_code
        and members.column_code = form_cells.column_code
where
    members.scope = '{{ var("scope", "state") }}'
    and members.scope_id = '{{ var("scope_id", var("state")) }}'
    and members.table_id = '{{ var("table_id", "3") }}'
    and members.row_code = '{{ var("row_code", "ielce_iet") }}'
    and members.column_code = '{{ var("column_code", "total") }}'
order by members.person_id, members.pop_program_year, members.pop_number, members.kind
