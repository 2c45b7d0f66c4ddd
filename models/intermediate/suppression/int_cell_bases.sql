with form_cells as (
    select * from {{ ref('int_form_cells') }}
),

exemptions as (
    select * from {{ ref('suppression_exemptions') }} as exemptions
    where {{ in_force('exemptions', var('program_year')) }}
),

form_rates as (
    select * from {{ ref('form_rates') }} as form_rates
    where {{ in_force('form_rates', var('program_year')) }}
),

suppression_bases as (
    select * from {{ ref('suppression_bases') }} as suppression_bases
    where {{ in_force('suppression_bases', var('program_year')) }}
),

-- What counts no students rests on nobody, and nothing rests on it (seed suppression_exemptions).
protected_cells as (
    select form_cells.*
    from form_cells
    left join exemptions
        on
            form_cells.table_id = exemptions.table_id
            and form_cells.block = exemptions.block
            and exemptions.column_code in ('*', form_cells.column_code)
    where exemptions.table_id is null
),

-- A base stands in the cell's own table and row, unless the rule names another.
bases as (
    select
        column_set,
        column_code,
        part,
        coefficient,
        term_table_id as base_table_id,
        term_row_code as base_row_code,
        term_column_code as base_column_code
    from form_rates
    union all
    select
        column_set,
        column_code,
        'denominator' as part,
        1 as coefficient,
        base_table_id,
        cast(null as string) as base_row_code,
        base_column_code
    from suppression_bases
)

select
    cells.table_id,
    cells.row_code,
    cells.column_code,
    cells.measure,
    bases.part,
    bases.coefficient,
    base_cells.table_id as base_table_id,
    base_cells.row_code as base_row_code,
    base_cells.column_code as base_column_code
from protected_cells as cells
inner join bases
    on
        cells.column_set = bases.column_set
        and cells.column_code = bases.column_code
inner join protected_cells as base_cells
    on
        coalesce(bases.base_table_id, cells.table_id) = base_cells.table_id
        and coalesce(bases.base_row_code, cells.row_code) = base_cells.row_code
        and bases.base_column_code = base_cells.column_code
