with form_cells as (
    select * from {{ ref('int_form_cells') }}
),

form_rates as (
    select * from {{ ref('form_rates') }} as form_rates
    where {{ in_force('form_rates', var('program_year')) }}
)

-- A term stands in the rate's own table and row, unless the formula names another.
select
    form_cells.table_id,
    form_cells.row_code,
    form_cells.column_code,
    form_rates.part,
    form_rates.coefficient,
    coalesce(form_rates.term_table_id, form_cells.table_id) as term_table_id,
    coalesce(form_rates.term_row_code, form_cells.row_code) as term_row_code,
    form_rates.term_column_code,
    form_rates.citation
from form_cells
inner join form_rates
    on
        form_cells.column_set = form_rates.column_set
        and form_cells.column_code = form_rates.column_code
