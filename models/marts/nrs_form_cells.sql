select
    cells.table_id,
    forms.title as table_title,
    cells.block,
    cells.row_code,
    cells.column_code,
    cells.row_label,
    cells.column_letter,
    cells.column_label,
    cells.row_order,
    cells.column_order,
    cells.measure
from {{ ref('int_form_cells') }} as cells
inner join {{ ref('forms') }} as forms
    on
        cells.table_id = forms.table_id
        and {{ in_force('forms', var('program_year')) }}
