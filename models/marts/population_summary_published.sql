with protected_cells as (
    select * from {{ ref('int_protected_cells') }}
    where table_id = 'population'
),

suppressed_cells as (
    select * from {{ ref('int_suppressed_cells') }}
)

select
    protected_cells.program_year,
    protected_cells.scope,
    protected_cells.scope_id,
    protected_cells.row_code as measure,
    case when suppressed_cells.cell_id is null then cast(protected_cells.value as bigint) end as persons,
    suppressed_cells.cell_id is not null as is_suppressed
from protected_cells
left join suppressed_cells on protected_cells.cell_id = suppressed_cells.cell_id
