{{ config(materialized='table') }}

with blocks as (
    select * from {{ ref('form_blocks') }}
),

form_rows as (
    select * from {{ ref('form_rows') }}
),

form_columns as (
    select * from {{ ref('form_columns') }}
),

absent_cells as (
    select * from {{ ref('form_absent_cells') }}
)

select
    blocks.table_id,
    blocks.block,
    blocks.is_state_only,
    form_rows.row_code,
    form_columns.column_code,
    form_rows.row_set,
    form_columns.column_set,
    form_rows.row_label,
    form_columns.column_letter,
    form_columns.column_label,
    form_columns.measure,
    form_rows.is_on_federal_form and form_columns.is_on_federal_form as is_on_federal_form,
    cast(blocks.block_order * 1000 + form_rows.row_order as integer) as row_order,
    cast(blocks.block_order * 1000 + form_columns.column_order as integer) as column_order
from blocks
inner join form_rows
    on
        blocks.row_set = form_rows.row_set
        and {{ in_force('form_rows', var('program_year')) }}
inner join form_columns
    on
        blocks.column_set = form_columns.column_set
        and {{ in_force('form_columns', var('program_year')) }}
left join absent_cells
    on
        blocks.table_id = absent_cells.table_id
        and form_rows.row_code = absent_cells.row_code
        and form_columns.column_code = absent_cells.column_code
        and {{ in_force('absent_cells', var('program_year')) }}
where
    absent_cells.table_id is null
    and {{ in_force('blocks', var('program_year')) }}
