{{ config(materialized='table') }}

with cells as (
    select * from {{ ref('int_form_cells') }}
),

rollups as (
    select * from {{ ref('form_rollups') }} as form_rollups
    where {{ in_force('form_rollups', var('program_year')) }}
),

-- A code counts in itself and in every total it adds to.
row_targets as (
    select
        row_set,
        row_code,
        row_code as counts_in
    from cells
    union
    select
        code_set as row_set,
        code as row_code,
        adds_to as counts_in
    from rollups
),

column_targets as (
    select
        column_set,
        column_code,
        column_code as counts_in
    from cells
    union
    select
        code_set as column_set,
        code as column_code,
        adds_to as counts_in
    from rollups
)

select
    leaves.table_id,
    leaves.row_code as member_row_code,
    leaves.column_code as member_column_code,
    targets.row_code,
    targets.column_code
from cells as leaves
inner join row_targets
    on
        leaves.row_set = row_targets.row_set
        and leaves.row_code = row_targets.row_code
inner join column_targets
    on
        leaves.column_set = column_targets.column_set
        and leaves.column_code = column_targets.column_code
inner join cells as targets
    on
        leaves.table_id = targets.table_id
        and leaves.block = targets.block
        and row_targets.counts_in = targets.row_code
        and column_targets.counts_in = targets.column_code
