-- What the identities compare: the report's cells, and the counts of persons behind them.
select
    program_year,
    scope,
    scope_id,
    table_id,
    row_code,
    column_code,
    value
from {{ ref('nrs_cells') }}
union all
select
    program_year,
    scope,
    scope_id,
    'population' as table_id,
    measure as row_code,
    'persons' as column_code,
    cast(persons as double) as value
from {{ ref('population_summary') }}
where program_year = {{ var('program_year') }}
