with enrollments as (
    select * from {{ ref('int_nrs_enrollments') }}
),

program_years as (
    select * from {{ ref('int_program_years') }}
),

-- Student Level File 3a: earliest entry and latest exit of the term; any blank exit leaves it open (R7).
terms as (
    select
        person_key,
        fleid,
        program_year,
        reporting_year,
        reporting_program_year,
        term_digit,
        min(entry_date) as entry_date,
        max(exit_date) as exit_date,
        bool_or(exit_date is null) as is_open,
        sum(section_hours) as instructional_hours,
        bool_or(is_distance) as is_distance,
        sum(distance_hours) as distance_hours,
        bool_or(is_outcomes_excluded) as is_outcomes_excluded,
        -- R3: lowest agency id, then lowest student id; chr(31) sorts before every printable character.
        min(concat(agency_id, chr(31), student_id)) as first_agency_and_student
    from enrollments
    group by person_key, fleid, program_year, reporting_year, reporting_program_year, term_digit
),

ordered_terms as (
    select
        *,
        max(exit_date) over (
            partition by person_key, program_year
            order by entry_date, reporting_program_year, term_digit
            rows between unbounded preceding and 1 preceding
        ) as latest_earlier_exit_date,
        bool_or(is_open) over (
            partition by person_key, program_year
            order by entry_date, reporting_program_year, term_digit
            rows between unbounded preceding and 1 preceding
        ) as is_after_open_term
    from terms
)

select
    ordered_terms.person_key,
    ordered_terms.fleid,
    ordered_terms.program_year,
    ordered_terms.reporting_year,
    ordered_terms.reporting_program_year,
    ordered_terms.term_digit,
    ordered_terms.entry_date,
    ordered_terms.exit_date,
    ordered_terms.is_open,
    ordered_terms.instructional_hours,
    ordered_terms.is_distance,
    ordered_terms.distance_hours,
    ordered_terms.is_outcomes_excluded,
    ordered_terms.first_agency_and_student,
    {{ span_number('ordered_terms.person_key, ordered_terms.program_year') }} as span_number
from ordered_terms
inner join program_years on ordered_terms.program_year = program_years.program_year
