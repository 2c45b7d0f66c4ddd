with records as (
    select * from {{ ref('int_demographic_records') }}
),

-- The most recent valid report of each element (R5), the first for Table 6 (R47); blanks are passed over.
attributes as (
    select
        scope,
        scope_id,
        fleid,
        program_year,
        min_by(birth_date, recency_rank) filter (where birth_date is not null) as birth_date,
        min_by(concat(source_file, ' #', record_number), recency_rank) filter (where birth_date is not null) as birth_date_source,
        min_by(sex, recency_rank) filter (where sex is not null) as sex,
        min_by(concat(source_file, ' #', record_number), recency_rank) filter (where sex is not null) as sex_source,
        min_by(race, recency_rank) filter (where race is not null) as race,
        min_by(concat(source_file, ' #', record_number), recency_rank) filter (where race is not null) as race_source,
        min_by(employment_status, first_rank) filter (where employment_status is not null) as employment_status,
        min_by(concat(source_file, ' #', record_number), first_rank) filter (where employment_status is not null)
            as employment_source,
        min_by(schooling_level, first_rank) filter (where schooling_level is not null and schooling_origin is not null)
            as schooling_level,
        min_by(schooling_origin, first_rank) filter (where schooling_level is not null and schooling_origin is not null)
            as schooling_origin,
        min_by(concat(source_file, ' #', record_number), first_rank)
            filter (where schooling_level is not null and schooling_origin is not null) as schooling_source,
        min_by(incarceration_status, recency_rank) filter (where incarceration_status is not null) as incarceration_status,
        min_by(concat(source_file, ' #', record_number), recency_rank) filter (where incarceration_status is not null)
            as incarceration_source,
        bool_or(is_correctional) as is_correctional
    from records
    group by scope, scope_id, fleid, program_year
)

select
    attributes.scope,
    attributes.scope_id,
    attributes.fleid,
    attributes.program_year,
    attributes.birth_date,
    attributes.birth_date_source,
    coalesce(attributes.sex, never_reported.maps_to) as sex,
    attributes.sex_source,
    attributes.race,
    attributes.race_source,
    attributes.employment_status,
    attributes.employment_source,
    attributes.schooling_level,
    attributes.schooling_origin,
    attributes.schooling_source,
    facilities.maps_to as facility_type,
    attributes.incarceration_source,
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
