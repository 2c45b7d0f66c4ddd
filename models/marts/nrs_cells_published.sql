with cells as (
    select * from {{ ref('nrs_cells') }}
),

counted_cells as (
    select * from {{ ref('int_counted_cells') }}
),

bases as (
    select * from {{ ref('int_cell_bases') }}
    where measure <> 'hours'
),

protected_cells as (
    select * from {{ ref('int_protected_cells') }}
),

-- Where nothing is suppressed, the columns of the Python model have no text type.
suppressed_cells as (
    select
        cell_id,
        cast(suppression as string) as suppression
    from {{ ref('int_suppressed_cells') }}
),

-- A small and a complementary count bear one name: which of them it is would say how large it is (decision 0010).
added_cells as (
    select
        protected_cells.scope,
        protected_cells.scope_id,
        protected_cells.table_id,
        protected_cells.row_code,
        protected_cells.column_code,
        protected_cells.value,
        protected_cells.suppression_threshold,
        case
            when suppressed_cells.suppression in ('primary', 'complementary') then 'small_or_complementary'
            else suppressed_cells.suppression
        end as suppression
    from protected_cells
    left join suppressed_cells on protected_cells.cell_id = suppressed_cells.cell_id
),

-- Rates, medians and cost per participant are published with every count that they rest on, of enough persons; a median also of
-- enough amounts: who is employed by the military has no wages (R41).
calculated_cells as (
    select
        base_cells.scope,
        base_cells.scope_id,
        bases.table_id,
        bases.row_code,
        bases.column_code,
        bool_or(base_cells.suppression is not null) as rests_on_suppressed,
        sum(case when bases.part = 'denominator' then bases.coefficient * base_cells.value end) as base_count,
        max(base_cells.suppression_threshold) as suppression_threshold
    from bases
    inner join added_cells as base_cells
        on
            bases.base_table_id = base_cells.table_id
            and bases.base_row_code = base_cells.row_code
            and bases.base_column_code = base_cells.column_code
    group by base_cells.scope, base_cells.scope_id, bases.table_id, bases.row_code, bases.column_code
),

reasons as (
    select
        cells.*,
        case
            when
                calculated_cells.rests_on_suppressed
                or (calculated_cells.base_count > 0 and calculated_cells.base_count < calculated_cells.suppression_threshold)
                or (counted_cells.members_with_amount > 0 and counted_cells.members_with_amount < calculated_cells.suppression_threshold)
                then 'rests_on_suppressed'
            else added_cells.suppression
        end as suppression
    from cells
    left join added_cells
        on
            cells.scope = added_cells.scope
            and cells.scope_id = added_cells.scope_id
            and cells.table_id = added_cells.table_id
            and cells.row_code = added_cells.row_code
            and cells.column_code = added_cells.column_code
    left join calculated_cells
        on
            cells.scope = calculated_cells.scope
            and cells.scope_id = calculated_cells.scope_id
            and cells.table_id = calculated_cells.table_id
            and cells.row_code = calculated_cells.row_code
            and cells.column_code = calculated_cells.column_code
    left join counted_cells
        on
            cells.scope = counted_cells.scope
            and cells.scope_id = counted_cells.scope_id
            and cells.table_id = counted_cells.table_id
            and cells.row_code = counted_cells.row_code
            and cells.column_code = counted_cells.column_code
)

select
    program_year,
    scope,
    scope_id,
    table_id,
    row_code,
    column_code,
    case when suppression is null then value end as value,
    suppression is not null as is_suppressed,
    suppression
from reasons
