{{ config(materialized='table') }}

with scopes as (
    select * from {{ ref('int_report_scopes') }}
    where program_year = {{ var('program_year') }}
),

form_cells as (
    select * from {{ ref('int_form_cells') }} as int_form_cells
    where
        not exists (
            select 1 from {{ ref('form_rates') }} as form_rates
            where
                form_rates.column_set = int_form_cells.column_set
                and form_rates.column_code = int_form_cells.column_code
                and {{ in_force('form_rates', var('program_year')) }}
        )
),

member_totals as (
    select
        scope,
        scope_id,
        table_id,
        row_code,
        column_code,
        count(*) as members,
        count(amount) as members_with_amount,
        sum(amount) as amount,
        -- Some engines' median of decimals is a double, which may read 6089.235000000001.
        cast(median(amount) as decimal(38, 10)) as median_amount
    from {{ ref('int_cell_members') }}
    group by scope, scope_id, table_id, row_code, column_code
),

reported_values as (
    select * from {{ ref('int_reported_values') }}
)

-- The form's whole grid for every scope: a count is the number of its members, hours the sum of theirs, 0 without any; a
-- median is null without any (R49).
select
    scopes.program_year,
    scopes.scope,
    scopes.scope_id,
    form_cells.table_id,
    form_cells.row_code,
    form_cells.column_code,
    case form_cells.measure
        when 'median' then cast(member_totals.median_amount as double)
        when 'hours' then cast(coalesce(member_totals.amount, 0) as double)
        else cast(coalesce(reported_values.value, member_totals.members, 0) as double)
    end as value,
    coalesce(member_totals.members_with_amount, 0) as members_with_amount
from scopes
inner join form_cells on scopes.scope = 'state' or not form_cells.is_state_only
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
