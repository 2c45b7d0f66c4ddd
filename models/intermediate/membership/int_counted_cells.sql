{{ config(materialized='table') }}

with scopes as (
    select * from {{ ref('int_report_scopes') }}
    where program_year = {{ var('program_year') }}
),

form_cells as (
    select * from {{ ref('int_form_cells') }}
    where measure in ('count', 'hours')
),

member_totals as (
    select
        scope,
        scope_id,
        table_id,
        row_code,
        column_code,
        count(*) as members,
        sum(amount) as amount
    from {{ ref('int_cell_members') }}
    group by scope, scope_id, table_id, row_code, column_code
),

reported_values as (
    select * from {{ ref('int_reported_values') }}
)

-- The form's whole grid for every scope: a count is the number of its members, hours the sum of theirs, 0 without any.
select
    scopes.program_year,
    scopes.scope,
    scopes.scope_id,
    form_cells.table_id,
    form_cells.row_code,
    form_cells.column_code,
    cast(
        coalesce(
            reported_values.value,
            case form_cells.measure when 'hours' then member_totals.amount else member_totals.members end,
            0
        ) as double
    ) as value
from scopes
cross join form_cells
left join member_totals
    on
        scopes.scope = member_totals.scope
        and scopes.scope_id = member_totals.scope_id
        and form_cells.table_id = member_totals.table_id
        and form_cells.row_code = member_totals.row_code
        and form_cells.column_code = member_totals.column_code
left join reported_values
    on
        scopes.scope = reported_values.scope
        and scopes.scope_id = reported_values.scope_id
        and form_cells.table_id = reported_values.table_id
        and form_cells.row_code = reported_values.row_code
        and form_cells.column_code = reported_values.column_code
