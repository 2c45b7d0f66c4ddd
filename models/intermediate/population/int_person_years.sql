with terms as (
    select * from {{ ref('int_terms') }}
),

spans as (
    select
        person_key,
        program_year,
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
        bool_or(is_distance) as has_distance_section,
        sum(distance_hours) as distance_hours,
        bool_or(is_outcomes_excluded) as is_outcomes_excluded,
        -- R3: the first record by reporting year and term digit, then agency, then student id.
        min_by(first_agency_and_student, concat(reporting_program_year, term_digit))
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
    -- One section is enough, unless the state's rule weighs the hours (R12).
    case program_years.distance_by
        when 'majority_of_hours' then persons.distance_hours * 2 > persons.instructional_hours + {{ sum_of_sixtieths() }}
        else persons.has_distance_section
    end as is_distance,
    persons.is_outcomes_excluded,
    spans.periods_of_participation
from persons
inner join {{ ref('int_program_years') }} as program_years on persons.program_year = program_years.program_year
inner join spans
    on
        persons.person_key = spans.person_key
        and persons.program_year = spans.program_year
