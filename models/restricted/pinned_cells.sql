{{ config(materialized='table') }}
with suppressed_cells as (
    select * from {{ ref('int_suppressed_cells') }}
    where not is_open
),

cells as (
    select * from {{ ref('int_protected_cells') }}
),

-- Where all other cells of a sum are 0, the constant that an attacker is taken to know gives the cell, whatever is suppressed
-- (decision 0010).
lone_cells as (
    select min(relations.cell_id) as cell_id
    from {{ ref('int_cell_relations') }} as relations
    inner join cells on relations.cell_id = cells.cell_id
    where relations.operator = '=' and cells.value > 0
    group by relations.relation_id
    having count(*) = 1
)

select
    cells.program_year,
    cells.scope,
    cells.scope_id,
    cells.table_id,
    cells.row_code,
    cells.column_code
from suppressed_cells
inner join cells on suppressed_cells.cell_id = cells.cell_id
left join lone_cells on suppressed_cells.cell_id = lone_cells.cell_id
where lone_cells.cell_id is null
