-- Output contract, nrs_cell_members: the number of distinct members equals the value. Returns a cell whose value is
-- another, and members in a cell that the table does not have. Family literacy is a submission, without members (R66).
{% set counted_tables = "('1', '2', '2A', '3', '6')" %}
with cells as (
    select * from {{ ref('nrs_cells') }}
    where table_id in {{ counted_tables }} and row_code <> 'family_literacy'
),

members as (
    select
        program_year,
        scope,
        scope_id,
        table_id,
        row_code,
        column_code,
        count(distinct person_id) as persons
    from {{ ref('nrs_cell_members') }}
    where table_id in {{ counted_tables }}
    group by program_year, scope, scope_id, table_id, row_code, column_code
)

select
    coalesce(cells.program_year, members.program_year) as program_year,
    coalesce(cells.scope, members.scope) as scope,
    coalesce(cells.scope_id, members.scope_id) as scope_id,
    coalesce(cells.table_id, members.table_id) as table_id,
    coalesce(cells.row_code, members.row_code) as row_code,
    coalesce(cells.column_code, members.column_code) as column_code,
    cells.value,
    coalesce(members.persons, 0) as persons
from cells
full outer join members
    on
        cells.program_year = members.program_year
        and cells.scope = members.scope
        and cells.scope_id = members.scope_id
        and cells.table_id = members.table_id
        and cells.row_code = members.row_code
        and cells.column_code = members.column_code
where cells.value is distinct from coalesce(members.persons, 0)
