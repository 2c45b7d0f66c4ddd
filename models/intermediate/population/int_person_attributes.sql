with records as (
    select * from {{ ref('int_demographic_records') }}
),

-- The most recent valid report of each element (R5), the first for Table 6 (R47); blanks are passed over. The record
-- that speaks is kept by its rank among the person's records.
attributes as (
    select
        person_key,
        program_year,
        min_by(birth_date, recency_rank) filter (where birth_date is not null) as birth_date,
        min(recency_rank) filter (where birth_date is not null) as birth_date_rank,
        min_by(sex, recency_rank) filter (where sex is not null) as sex,
        min(recency_rank) filter (where sex is not null) as sex_rank,
        min_by(race, recency_rank) filter (where race is not null) as race,
        min(recency_rank) filter (where race is not null) as race_rank,
        min_by(employment_status, first_rank) filter (where employment_status is not null) as employment_status,
        min(first_rank) filter (where employment_status is not null) as employment_first_rank,
        min_by(schooling_level, first_rank) filter (where schooling_level is not null and schooling_origin is not null)
            as schooling_level,
        min_by(schooling_origin, first_rank) filter (where schooling_level is not null and schooling_origin is not null)
            as schooling_origin,
        min(first_rank) filter (where schooling_level is not null and schooling_origin is not null) as schooling_first_rank,
        min_by(incarceration_status, recency_rank) filter (where incarceration_status is not null) as incarceration_status,
        min(recency_rank) filter (where incarceration_status is not null) as incarceration_rank,
        bool_or(is_correctional) as is_correctional
    from records
    group by person_key, program_year
)

select
    attributes.person_key,
    attributes.program_year,
    attributes.birth_date,
    attributes.birth_date_rank,
    coalesce(attributes.sex, never_reported.maps_to) as sex,
    attributes.sex_rank,
    attributes.race,
    attributes.race_rank,
    attributes.employment_status,
    attributes.employment_first_rank,
    attributes.schooling_level,
    attributes.schooling_origin,
    attributes.schooling_first_rank,
    facilities.maps_to as facility_type,
    attributes.incarceration_rank,
    attributes.is_correctional
from attributes
inner join {{ ref('int_program_years') }} as program_years on attributes.program_year = program_years.program_year
left join {{ ref('code_crosswalks') }} as never_reported
    on
        never_reported.crosswalk = 'sex'
        and program_years.sex_when_never_reported = never_reported.code
        and {{ in_force('never_reported', 'attributes.program_year') }}
left join {{ ref('code_crosswalks') }} as facilities
    on
        facilities.crosswalk = 'facility_type'
        and attributes.incarceration_status = facilities.code
        and {{ in_force('facilities', 'attributes.program_year') }}
