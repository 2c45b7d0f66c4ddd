with pop_terms as (
    select * from {{ ref('int_pop_terms') }}
),

-- The term with the latest exit; an open one is the latest (R13).
last_terms as (
    select * from pop_terms
    qualify
        row_number() over (
            partition by person_key, program_year, pop_number
            order by
                case when is_open then 0 else 1 end,
                exit_date desc, reporting_program_year desc, term_digit desc
        ) = 1
)

select
    last_terms.person_key,
    last_terms.program_year,
    last_terms.pop_number,
    incarcerated_terms.person_key is not null as is_incarcerated_at_exit
from last_terms
left join {{ ref('int_incarcerated_terms') }} as incarcerated_terms
    on
        last_terms.person_key = incarcerated_terms.person_key
        and last_terms.reporting_program_year = incarcerated_terms.reporting_program_year
        and last_terms.term_digit = incarcerated_terms.term_digit
