select
    table_id,
    note_order,
    note,
    citation
from {{ ref('form_notes') }} as form_notes
where {{ in_force('form_notes', var('program_year')) }}
