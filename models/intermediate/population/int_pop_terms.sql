{{ config(materialized='view') }}

with terms as (
    select * from {{ ref('int_terms') }}
),

periods as (
    select * from {{ ref('int_spans') }}
    where pop_number is not null
)

select
    terms.person_key,
    terms.program_year,
    periods.pop_number,
    terms.reporting_year,
    terms.reporting_program_year,
    terms.term_digit,
    terms.exit_date,
    terms.is_open
from terms
inner join periods
    on
        terms.person_key = periods.person_key
        and terms.program_year = periods.program_year
        and terms.span_number = periods.span_number
