{{ config(severity='warn') }}

-- Decision 0010: each suppressed cell can have another value, for all that is published says. Returns those for which none
-- was found, but for cells whose parts or whole are all 0: they follow from the constant that an attacker is taken to know.
with suppressed_cells as (
    select * from {{ ref('int_suppressed_cells') }}
    where not is_open
),

cells as (
    select * from {{ ref('int_protected_cells') }}
),

lone_cells as (
    select min(relations.cell_id) as cell_id
    from {{ ref('int_cell_relations') }} as relations
    inner join cells on relations.cell_id = cells.cell_id
    where relations.operator = '=' and cells.value > 0
    group by relations.relation_id
    having count(*) = 1
)

select
    cells.scope,
    cells.scope_id,
    cells.table_id,
    cells.row_code,
    cells.column_code
from suppressed_cells
inner join cells on suppressed_cells.cell_id = cells.cell_id
left join lone_cells on suppressed_cells.cell_id = lone_cells.cell_id
where lone_cells.cell_id is null
