with counted_cells as (
    select * from {{ ref('int_counted_cells') }}
),

form_cells as (
    select * from {{ ref('int_form_cells') }}
),

form_rates as (
    select * from {{ ref('form_rates') }} as form_rates
    where {{ in_force('form_rates', var('program_year')) }}
),

-- A term stands in the rate's own table and row, unless the formula names another.
rate_terms as (
    select
        form_cells.table_id,
        form_cells.row_code,
        form_cells.column_code,
        form_rates.part,
        form_rates.coefficient,
        coalesce(form_rates.term_table_id, form_cells.table_id) as term_table_id,
        coalesce(form_rates.term_row_code, form_cells.row_code) as term_row_code,
        form_rates.term_column_code
    from form_cells
    inner join form_rates
        on
            form_cells.column_set = form_rates.column_set
            and form_cells.column_code = form_rates.column_code
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
