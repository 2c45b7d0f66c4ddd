-- Output contract, nrs_cell_members: the number of distinct members equals the value of every counting cell; a member
-- is a person, a period of participation, or a kind of gain of one. Returns a cell whose value is another, and members
-- in a cell that the table does not have. Tables 7 and 14 and family literacy are submissions, without members (R66).
with cells as (
    select
        cells.*,
        form_cells.measure
    from {{ ref('nrs_cells') }} as cells
    inner join {{ ref('nrs_form_cells') }} as form_cells
        on
            cells.table_id = form_cells.table_id
            and cells.row_code = form_cells.row_code
            and cells.column_code = form_cells.column_code
    where cells.row_code <> 'family_literacy' and cells.table_id not in ('7', '14')
),

distinct_members as (
    select distinct
        program_year,
        scope,
        scope_id,
        table_id,
        row_code,
        column_code,
        person_key,
        pop_program_year,
        pop_number,
        kind
    from {{ ref('int_cell_members') }}
),

members as (
    select
        program_year,
        scope,
        scope_id,
        table_id,
        row_code,
        column_code,
        count(*) as members
    from distinct_members
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
    coalesce(members.members, 0) as members
from cells
full outer join members
    on
        cells.program_year = members.program_year
        and cells.scope = members.scope
        and cells.scope_id = members.scope_id
        and cells.table_id = members.table_id
        and cells.row_code = members.row_code
        and cells.column_code = members.column_code
where
    cells.measure is null
    or (cells.measure = 'count' and cells.value is distinct from coalesce(members.members, 0))
