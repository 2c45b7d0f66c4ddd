with terms as (
    select
        terms.*,
        spans.pop_number
    from {{ ref('int_terms') }} as terms
    inner join {{ ref('int_spans') }} as spans
        on
            terms.person_key = spans.person_key
            and terms.program_year = spans.program_year
            and terms.span_number = spans.span_number
    where spans.pop_number is not null
),

-- The term with the latest exit; an open one is the latest (R13).
last_terms as (
    select * from terms
    qualify
        row_number() over (
            partition by person_key, program_year, pop_number
            order by
                case when is_open then 0 else 1 end,
                exit_date desc, reporting_program_year desc, term_digit desc
        ) = 1
),

term_agencies as (
    select distinct
        person_key,
        program_year,
        reporting_program_year,
        term_digit,
        agency_id
    from {{ ref('int_nrs_enrollments') }}
),

correctional_records as (
    select
        persons.person_key,
        persons.program_year,
        persons.agency_id,
        persons.reporting_program_year,
        persons.term_digit
    from {{ ref('int_demographic_records') }} as persons
    where persons.is_correctional
)

-- A record of the last term, of an agency with NRS rows there (R13).
select
    last_terms.person_key,
    last_terms.program_year,
    last_terms.pop_number,
    bool_or(correctional_records.person_key is not null) as is_incarcerated_at_exit
from last_terms
inner join term_agencies
    on
        last_terms.person_key = term_agencies.person_key
        and last_terms.program_year = term_agencies.program_year
        and last_terms.reporting_program_year = term_agencies.reporting_program_year
        and last_terms.term_digit = term_agencies.term_digit
left join correctional_records
    on
        last_terms.person_key = correctional_records.person_key
        and last_terms.program_year = correctional_records.program_year
        and last_terms.reporting_program_year = correctional_records.reporting_program_year
        and last_terms.term_digit = correctional_records.term_digit
        and term_agencies.agency_id = correctional_records.agency_id
group by last_terms.person_key, last_terms.program_year, last_terms.pop_number
