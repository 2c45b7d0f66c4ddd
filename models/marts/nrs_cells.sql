with counted_cells as (
    select * from {{ ref('int_counted_cells') }}
),

rate_terms as (
    select * from {{ ref('int_rate_terms') }}
),

rates as (
    select
        counted_cells.program_year,
        counted_cells.scope,
        counted_cells.scope_id,
        rate_terms.table_id,
        rate_terms.row_code,
        rate_terms.column_code,
        sum(case when rate_terms.part = 'numerator' then rate_terms.coefficient * counted_cells.value end) as numerator,
        sum(case when rate_terms.part = 'denominator' then rate_terms.coefficient * counted_cells.value end) as denominator
    from rate_terms
    inner join counted_cells
        on
            rate_terms.term_table_id = counted_cells.table_id
            and rate_terms.term_row_code = counted_cells.row_code
            and rate_terms.term_column_code = counted_cells.column_code
    group by
        counted_cells.program_year, counted_cells.scope, counted_cells.scope_id, rate_terms.table_id, rate_terms.row_code,
        rate_terms.column_code
)

select
    program_year,
    scope,
    scope_id,
    table_id,
    row_code,
    column_code,
    value
from counted_cells
union all
-- Unrounded; null where nothing is the base (R49).
select
    program_year,
    scope,
    scope_id,
    table_id,
    row_code,
    column_code,
    case when denominator <> 0 then numerator / denominator end as value
from rates
-- Money is the state's alone: cost per participant has no numerator elsewhere.
where numerator is not null
