select
    forms.table_id,
    forms.title,
    forms.form_order,
    forms.headline_row_code,
    forms.headline_column_code,
    forms.citation
from {{ ref('forms') }} as forms
where {{ in_force('forms', var('program_year')) }}
