with cells as (
    select * from {{ ref('int_form_cells') }}
),

forms as (
    select * from {{ ref('forms') }} as forms
    where {{ in_force('forms', var('program_year')) }}
),

blocks as (
    select * from {{ ref('form_blocks') }} as blocks
    where {{ in_force('blocks', var('program_year')) }}
),

form_rows as (
    select * from {{ ref('form_rows') }} as form_rows
    where {{ in_force('form_rows', var('program_year')) }}
),

calculated_columns as (
    select distinct
        form_rates.column_set,
        form_rates.column_code
    from {{ ref('form_rates') }} as form_rates
    where {{ in_force('form_rates', var('program_year')) }}
),

-- A code that others add to is a total, as a row or as a column.
totals as (
    select distinct
        form_rollups.code_set,
        form_rollups.adds_to
    from {{ ref('form_rollups') }} as form_rollups
    where {{ in_force('form_rollups', var('program_year')) }}
)

select
    cells.table_id,
    forms.title as table_title,
    cells.block,
    cells.row_code,
    cells.column_code,
    cells.row_label,
    cells.column_letter,
    cells.column_label,
    cells.row_order,
    cells.column_order,
    cells.measure,
    blocks.block_label,
    blocks.row_heading,
    form_rows.row_group,
    cells.is_state_only,
    cells.is_on_federal_form,
    calculated_columns.column_code is not null as is_calculated,
    row_totals.adds_to is not null as is_total_row,
    column_totals.adds_to is not null as is_total_column
from cells
inner join forms on cells.table_id = forms.table_id
inner join blocks
    on
        cells.table_id = blocks.table_id
        and cells.block = blocks.block
inner join form_rows
    on
        cells.row_set = form_rows.row_set
        and cells.row_code = form_rows.row_code
left join calculated_columns
    on
        cells.column_set = calculated_columns.column_set
        and cells.column_code = calculated_columns.column_code
left join totals as row_totals
    on
        cells.row_set = row_totals.code_set
        and cells.row_code = row_totals.adds_to
left join totals as column_totals
    on
        cells.column_set = column_totals.code_set
        and cells.column_code = column_totals.adds_to
