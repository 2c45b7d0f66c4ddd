with person_years as (
    select * from {{ ref('int_person_years') }}
),

program_years as (
    select * from {{ ref('int_program_years') }}
),

attributes as (
    select * from {{ ref('int_person_attributes') }}
),

entering_levels as (
    select * from {{ ref('int_entering_levels') }}
),

iet_persons as (
    select distinct
        person_key,
        program_year
    from {{ ref('int_periods_of_participation') }}
    where is_iet
),

persons as (
    select
        person_years.person_key,
        person_years.program_year,
        person_years.fleid,
        person_years.agency_id,
        person_years.student_id,
        person_years.first_entry_date,
        person_years.instructional_hours,
        person_years.periods_of_participation,
        attributes.person_key is not null as has_demographic_record,
        attributes.birth_date,
        {{ completed_years('attributes.birth_date', 'person_years.first_entry_date') }} as age,
        attributes.sex,
        attributes.race,
        attributes.employment_status,
        attributes.schooling_level,
        attributes.schooling_origin,
        attributes.facility_type,
        entering_levels.entering_efl,
        entering_levels.program,
        entering_levels.placing_agency_id,
        iet_persons.person_key is not null as is_iet
    from person_years
    left join attributes
        on
            person_years.person_key = attributes.person_key
            and person_years.program_year = attributes.program_year
    left join entering_levels
        on
            person_years.person_key = entering_levels.person_key
            and person_years.program_year = entering_levels.program_year
    left join iet_persons
        on
            person_years.person_key = iet_persons.person_key
            and person_years.program_year = iet_persons.program_year
),

-- R5, R6, R8: what keeps a person out of Tables 1 and 2A, each for itself.
conditions as (
    select
        persons.*,
        age_groups.age_group,
        persons.race || '_' || persons.sex as race_sex,
        program_types.program_type,
        program_types.iet_program_type,
        not persons.has_demographic_record as lacks_demographic_record,
        persons.birth_date is null as lacks_valid_birth_date,
        persons.race is null as lacks_valid_race,
        coalesce(persons.age < program_years.minimum_age, false) as is_under_age,
        persons.periods_of_participation > 0 and persons.entering_efl is null as lacks_valid_efl
    from persons
    inner join program_years on persons.program_year = program_years.program_year
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
            -- The placing agency's grant decides (R31), or the class that placed the person.
            and case program_years.ielce_by
                when 'class' then persons.program = 'ielce'
                else placing_agencies.is_ielce_grantee
            end = program_types.is_ielce_grantee
            and {{ in_force('program_types', 'persons.program_year') }}
)

-- Everyone with NRS rows is exactly one of the three, so that nobody vanishes (R8).
select
    *,
    case
        when
            lacks_demographic_record or lacks_valid_birth_date or lacks_valid_race or is_under_age or lacks_valid_efl
            then 'excluded'
        when periods_of_participation > 0 then 'participant'
        else 'reportable_individual'
    end as participation_status
from conditions
