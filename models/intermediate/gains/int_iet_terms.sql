with enrollments as (
    select * from {{ ref('int_pop_enrollments') }}
    where is_iet
)

-- Terms in which an NRS row of a period carries a listed IET number; 2023's terms are numbered 3 * 2023 + digit.
select distinct
    person_key,
    program_year,
    iet_program_number,
    reporting_program_year * 3 + cast(term_digit as integer) as term_number
from enrollments
