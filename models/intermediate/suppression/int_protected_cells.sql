with cells as (
    select * from {{ ref('int_identity_cells') }}
),

form_cells as (
    select * from {{ ref('int_form_cells') }}
),

exemptions as (
    select * from {{ ref('suppression_exemptions') }} as exemptions
    where {{ in_force('exemptions', var('program_year')) }}
),

bases as (
    select * from {{ ref('int_cell_bases') }}
    where measure = 'hours'
),

program_years as (
    select * from {{ ref('int_program_years') }}
),

-- Counts and hours can be added up; what is calculated from them rests on them (int_cell_bases).
additive_cells as (
    select
        form_cells.table_id,
        form_cells.row_code,
        form_cells.column_code,
        form_cells.measure
    from form_cells
    left join exemptions
        on
            form_cells.table_id = exemptions.table_id
            and form_cells.block = exemptions.block
            and exemptions.column_code in ('*', form_cells.column_code)
    where form_cells.measure in ('count', 'hours') and exemptions.table_id is null
    union all
    select
        'population' as table_id,
        measures.measure as row_code,
        'persons' as column_code,
        'count' as measure
    from {{ ref('population_measures') }} as measures
    where {{ in_force('measures', var('program_year')) }}
),

protected_cells as (
    select
        cast(
            row_number() over (order by cells.scope, cells.scope_id, cells.table_id, cells.row_code, cells.column_code)
            as integer
        ) as cell_id,
        cells.program_year,
        cells.scope,
        cells.scope_id,
        cells.table_id,
        cells.row_code,
        cells.column_code,
        additive_cells.measure,
        cells.value,
        -- 0 is shown: nobody stands behind it (rule row suppression_threshold).
        additive_cells.measure = 'count' and cells.value > 0 and cells.value < program_years.suppression_threshold as is_primary,
        program_years.suppression_threshold,
        program_years.suppression_protection_width as protection_width
    from cells
    inner join additive_cells
        on
            cells.table_id = additive_cells.table_id
            and cells.row_code = additive_cells.row_code
            and cells.column_code = additive_cells.column_code
    inner join program_years on cells.program_year = program_years.program_year
)

select
    protected_cells.*,
    coalesce(base_cells.cell_id, protected_cells.cell_id) as base_cell_id
from protected_cells
left join bases
    on
        protected_cells.table_id = bases.table_id
        and protected_cells.row_code = bases.row_code
        and protected_cells.column_code = bases.column_code
left join protected_cells as base_cells
    on
        protected_cells.scope = base_cells.scope
        and protected_cells.scope_id = base_cells.scope_id
        and bases.base_table_id = base_cells.table_id
        and bases.base_row_code = base_cells.row_code
        and bases.base_column_code = base_cells.column_code
