with terms as (
    select
        person_key,
        reporting_program_year,
        term_digit,
        min(entry_date) as entry_date,
        max(exit_date) as exit_date,
        bool_or(is_open) as is_open
    from {{ ref('int_terms') }}
    group by person_key, reporting_program_year, term_digit
),

program_years as (
    select * from {{ ref('int_program_years') }}
),

-- Spans as in R7, without regard to program years: the 90-day search is not limited to the year (Table 5, Exit; R40).
ordered_terms as (
    select
        *,
        max(exit_date) over earlier_terms as latest_earlier_exit_date,
        bool_or(is_open) over earlier_terms as is_after_open_term
    from terms
    window earlier_terms as (
        partition by person_key
        order by entry_date, reporting_program_year, term_digit
        rows between unbounded preceding and 1 preceding
    )
)

select
    ordered_terms.person_key,
    ordered_terms.reporting_program_year,
    ordered_terms.term_digit,
    ordered_terms.entry_date,
    ordered_terms.exit_date,
    ordered_terms.is_open,
    {{ span_number('ordered_terms.person_key') }} as stay_number
from ordered_terms
inner join program_years on {{ program_year_of('ordered_terms.entry_date') }} = program_years.program_year
