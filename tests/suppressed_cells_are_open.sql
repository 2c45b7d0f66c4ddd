{{ config(severity='warn') }}

-- Decision 0010: each suppressed cell can have another value, for all that is published says. Returns those for which none
-- was found.
select * from {{ ref('pinned_cells') }}
