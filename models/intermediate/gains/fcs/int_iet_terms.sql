with enrollments as (
    select * from {{ ref('int_pop_enrollments') }}
    where is_iet
)

-- Terms in which an NRS row of a period carries a listed IET number.
select distinct
    person_key,
    program_year,
    iet_program_number,
    {{ term_number('reporting_program_year', 'term_digit') }} as term_number
from enrollments
