select
    form_notes.table_id,
    form_notes.note_order,
    form_notes.note,
    form_notes.citation
from {{ ref('form_notes') }} as form_notes
where {{ in_force('form_notes', var('program_year')) }}
