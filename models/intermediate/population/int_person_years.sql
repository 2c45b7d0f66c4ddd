with terms as (
    select * from {{ ref('int_terms') }}
),

spans as (
    select
        person_key,
        program_year,
        count(*) as spans,
        count(pop_number) as periods_of_participation
    from {{ ref('int_spans') }}
    group by person_key, program_year
),

-- Short spans included: age, attributes and the year-wide flags look at all NRS rows of the year (R6, R7, R12, R14).
persons as (
    select
        person_key,
        fleid,
        program_year,
        min(entry_date) as first_entry_date,
        sum(instructional_hours) as instructional_hours,
        bool_or(is_distance) as is_distance,
        bool_or(is_outcomes_excluded) as is_outcomes_excluded,
        -- R3: the first record by reporting year and term digit, then agency, then student id.
        min_by(first_agency_and_student, reporting_program_year * 10 + cast(term_digit as integer))
            as first_agency_and_student
    from terms
    group by person_key, fleid, program_year
)

select
    persons.person_key,
    persons.fleid,
    persons.program_year,
    substr(persons.first_agency_and_student, 1, position(chr(31) in persons.first_agency_and_student) - 1) as agency_id,
    substr(persons.first_agency_and_student, position(chr(31) in persons.first_agency_and_student) + 1) as student_id,
    persons.first_entry_date,
    persons.instructional_hours,
    persons.is_distance,
    persons.is_outcomes_excluded,
    spans.spans,
    spans.periods_of_participation
from persons
inner join spans
    on
        persons.person_key = spans.person_key
        and persons.program_year = spans.program_year
