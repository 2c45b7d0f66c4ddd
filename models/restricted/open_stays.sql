with open_rows as (
    select * from {{ ref('int_nrs_enrollments') }}
    where exit_date is null and program_year < {{ var('program_year') }}
),

person_scopes as (
    select * from {{ ref('int_person_scopes') }}
),

-- A person has one stay without an end at most: after an open term nothing splits (R7, R40).
open_periods as (
    select * from {{ ref('int_final_exits') }}
    where final_exit_date is null
)

select
    cast({{ var('program_year') }} as integer) as program_year,
    person_scopes.scope,
    person_scopes.scope_id,
    open_rows.fleid as person_id,
    open_rows.agency_id,
    open_rows.student_id,
    open_rows.program_year as row_program_year,
    open_rows.reporting_year,
    open_rows.term_digit,
    open_rows.program,
    open_rows.course_id,
    open_rows.section_id,
    open_rows.entry_date,
    open_rows.source_file,
    open_rows.record_number,
    open_periods.pop_program_year,
    open_periods.pop_number
from open_rows
inner join person_scopes on open_rows.person_key = person_scopes.person_key
left join open_periods on open_rows.person_key = open_periods.person_key
