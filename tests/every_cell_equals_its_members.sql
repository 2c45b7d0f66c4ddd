-- Output contract, nrs_cell_members: the number of distinct members equals the value of every counting cell; a member
-- is a person, a period of participation, or a kind of gain of one. Returns a member that stands in a cell of the form
-- twice (the totals that a cell adds to, and a person's scopes, are unique by int_form_rollups and int_person_scopes), a
-- cell of the state, which holds every member, whose value is another than its members listed, and members in a cell that
-- the table does not have. Tables 7 and 14 and family literacy are submissions, without members (R66).
with members as (
    {{ members_of_the_year() }}
),

repeated_members as (
    select
        table_id,
        row_code,
        column_code,
        cast(null as double) as value,
        count(*) as members
    from members
    group by program_year, table_id, row_code, column_code, person_key, pop_program_year, pop_number, kind
    having count(*) > 1
),

cells as (
    select
        cells.*,
        form_cells.measure
    from {{ ref('nrs_cells') }} as cells
    inner join {{ ref('nrs_form_cells') }} as form_cells
        on
            cells.table_id = form_cells.table_id
            and cells.row_code = form_cells.row_code
            and cells.column_code = form_cells.column_code
    where cells.scope = 'state' and cells.row_code <> 'family_literacy' and cells.table_id not in ('7', '14')
),

listed_members as (
    select
        table_id,
        row_code,
        column_code,
        count(*) as members
    from {{ ref('int_cell_members') }}
    where scope = 'state'
    group by table_id, row_code, column_code
)

select * from repeated_members
union all
select
    coalesce(cells.table_id, listed_members.table_id) as table_id,
    coalesce(cells.row_code, listed_members.row_code) as row_code,
    coalesce(cells.column_code, listed_members.column_code) as column_code,
    cells.value,
    coalesce(listed_members.members, 0) as members
from cells
full outer join listed_members
    on
        cells.table_id = listed_members.table_id
        and cells.row_code = listed_members.row_code
        and cells.column_code = listed_members.column_code
where
    cells.measure is null
    or (cells.measure = 'count' and cells.value is distinct from coalesce(listed_members.members, 0))
