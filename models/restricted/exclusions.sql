with exclusions as (
    select * from {{ ref('int_exclusions') }}
),

persons as (
    select * from {{ ref('int_persons') }}
),

person_scopes as (
    select * from {{ ref('int_person_scopes') }}
),

person_evidence as (
    select * from {{ ref('int_person_evidence') }}
),

person_terms as (
    select
        person_key,
        program_year,
        {{ joined_text("term", "', '", "term") }} as terms
    from (
        select distinct
            person_key,
            program_year,
            concat(reporting_year, term_digit, 'E') as term
        from {{ ref('int_nrs_enrollments') }}
    ) as terms
    group by person_key, program_year
)

select
    exclusions.program_year,
    person_scopes.scope,
    person_scopes.scope_id,
    person_scopes.fleid as person_id,
    persons.agency_id,
    persons.student_id,
    person_terms.terms,
    exclusions.reason,
    concat(
        case exclusions.reason
            when 'no_demographic_record' then 'no demographic record of an E term with NRS rows'
            when 'no_valid_birth_date' then 'no demographic record of these terms has a birth date'
            when 'no_valid_race' then 'no demographic record of these terms has Hispanic or a race = Y'
            when 'under_16' then person_evidence.age_evidence
            when 'no_valid_efl' then 'no pre-test of a valid level on the rows of a period of participation'
        end,
        '; ', person_evidence.participation_evidence
    ) as evidence
from exclusions
inner join persons
    on
        exclusions.person_key = persons.person_key
        and exclusions.program_year = persons.program_year
inner join person_scopes on exclusions.person_key = person_scopes.person_key
inner join person_evidence
    on
        exclusions.person_key = person_evidence.person_key
        and exclusions.program_year = person_evidence.program_year
inner join person_terms
    on
        exclusions.person_key = person_terms.person_key
        and exclusions.program_year = person_terms.program_year
