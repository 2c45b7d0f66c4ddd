select
    table_id,
    title,
    form_order,
    headline_row_code,
    headline_column_code,
    citation
from {{ ref('forms') }} as forms
where {{ in_force('forms', var('program_year')) }}
