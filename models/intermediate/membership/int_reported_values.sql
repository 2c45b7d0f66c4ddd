-- Cells that come from a submission, not from persons.
select
    program_year,
    scope,
    scope_id,
    table_id,
    row_code,
    column_code,
    cast(sum(amount) as double) as value
from {{ ref('int_submitted_rows') }}
group by program_year, scope, scope_id, table_id, row_code, column_code
