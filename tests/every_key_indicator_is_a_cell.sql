-- Returns each key indicator in force whose cell, or the cell of its base, is in no form, or isn't in every scope (seed
-- `key_indicators`; docs/page.md).
with indicators as (
    select * from {{ ref('key_indicators') }} as indicators
    where {{ in_force('indicators', var('program_year')) }}
),

cells as (
    select
        indicator,
        table_id,
        row_code,
        column_code
    from indicators
    union all
    select
        indicator,
        table_id,
        row_code,
        base_column_code as column_code
    from indicators
    where base_column_code is not null
)

select cells.*
from cells
left join {{ ref('nrs_form_cells') }} as form_cells
    on
        cells.table_id = form_cells.table_id
        and cells.row_code = form_cells.row_code
        and cells.column_code = form_cells.column_code
        and not form_cells.is_state_only
where form_cells.table_id is null
