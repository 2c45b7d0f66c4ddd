{{ config(materialized='view') }}

select
    program_year,
    scope,
    scope_id,
    fleid,
    concat(
        count(*), ' NRS row(s), ', sum(section_hours), ' hours: ',
        string_agg(concat(source_file, ' #', record_number), ', ' order by entry_date, source_file, record_number)
    ) as evidence
from {{ ref('int_nrs_enrollments') }}
group by program_year, scope, scope_id, fleid
