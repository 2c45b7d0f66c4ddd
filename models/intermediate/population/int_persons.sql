with person_years as (
    select * from {{ ref('int_person_years') }}
),

attributes as (
    select * from {{ ref('int_person_attributes') }}
),

entering_levels as (
    select * from {{ ref('int_entering_levels') }}
),

iet_persons as (
    select
        scope,
        scope_id,
        fleid,
        program_year,
        min(iet_evidence) as iet_evidence
    from {{ ref('int_periods_of_participation') }}
    where is_iet
    group by scope, scope_id, fleid, program_year
),

persons as (
    select
        person_years.scope,
        person_years.scope_id,
        person_years.fleid,
        person_years.program_year,
        person_years.agency_id,
        person_years.student_id,
        person_years.first_entry_date,
        person_years.instructional_hours,
        person_years.periods_of_participation,
        attributes.fleid is not null as has_demographic_record,
        attributes.birth_date,
        {{ completed_years('attributes.birth_date', 'person_years.first_entry_date') }} as age,
        attributes.sex,
        attributes.race,
        attributes.employment_status,
        attributes.schooling_level,
        attributes.schooling_origin,
        attributes.facility_type,
        attributes.birth_date_source,
        attributes.sex_source,
        attributes.race_source,
        attributes.employment_source,
        attributes.schooling_source,
        attributes.incarceration_source,
        entering_levels.entering_efl,
        entering_levels.program,
        entering_levels.placing_agency_id,
        entering_levels.evidence as entering_efl_evidence,
        iet_persons.fleid is not null as is_iet,
        iet_persons.iet_evidence
    from person_years
    left join attributes
        on
            person_years.scope = attributes.scope
            and person_years.scope_id = attributes.scope_id
            and person_years.fleid = attributes.fleid
            and person_years.program_year = attributes.program_year
    left join entering_levels
        on
            person_years.scope = entering_levels.scope
            and person_years.scope_id = entering_levels.scope_id
            and person_years.fleid = entering_levels.fleid
            and person_years.program_year = entering_levels.program_year
    left join iet_persons
        on
            person_years.scope = iet_persons.scope
            and person_years.scope_id = iet_persons.scope_id
            and person_years.fleid = iet_persons.fleid
            and person_years.program_year = iet_persons.program_year
)

select
    persons.*,
    age_groups.age_group,
    concat(persons.race, '_', persons.sex) as race_sex,
    program_types.program_type,
    program_types.iet_program_type,
    -- R5, R6, R8: what keeps a person out of Tables 1 and 2A.
    not persons.has_demographic_record as lacks_demographic_record,
    persons.has_demographic_record and persons.birth_date is null as lacks_valid_birth_date,
    persons.has_demographic_record and persons.race is null as lacks_valid_race,
    coalesce(persons.age < program_years.minimum_age, false) as is_under_age,
    persons.periods_of_participation > 0 and persons.entering_efl is null as lacks_valid_efl
from persons
inner join {{ ref('int_program_years') }} as program_years on persons.program_year = program_years.program_year
left join {{ ref('age_groups') }} as age_groups
    on
        persons.age >= age_groups.minimum_age
        and (age_groups.maximum_age is null or persons.age <= age_groups.maximum_age)
        and {{ in_force('age_groups', 'persons.program_year') }}
left join {{ ref('educational_functioning_levels') }} as levels
    on
        persons.entering_efl = levels.efl_row_code
        and {{ in_force('levels', 'persons.program_year') }}
left join {{ ref('int_agencies') }} as placing_agencies
    on
        persons.placing_agency_id = placing_agencies.agency_id
        and persons.program_year = placing_agencies.program_year
left join {{ ref('program_type_crosswalk') }} as program_types
    on
        levels.program_group = program_types.program_group
        and placing_agencies.is_ielce_grantee = program_types.is_ielce_grantee
        and {{ in_force('program_types', 'persons.program_year') }}
