with records as (
    select
        *,
        substr(term_id, 1, 1) as term_digit,
        {{ program_year_of_reporting_year('reporting_year') }} as reporting_program_year
    from {{ records('demographics') }}
    -- B records do not serve (R5, R61).
    where substr(term_id, 2, 1) = 'E'
),

person_agencies as (
    select * from {{ ref('int_person_agencies') }}
),

terms as (
    select * from {{ ref('int_terms') }}
),

-- The order of a FLEID's records is the same wherever they are looked at: latest reporting year and term digit first,
-- ties to the lowest agency id, then student id (R5); and the other way round for what is asked first (R47).
ranked_records as (
    select
        *,
        row_number() over (
            partition by fleid
            order by reporting_program_year desc, term_digit desc, agency_id asc, student_id asc
        ) as recency_rank,
        row_number() over (
            partition by fleid
            order by reporting_program_year, term_digit, agency_id, student_id
        ) as first_rank
    from records
),

-- Records of any agency of the scope in a term with NRS rows; an agency's type is that of the record's year (R61).
records_of_terms as (
    select
        terms.person_key,
        terms.program_year,
        records.agency_id,
        records.reporting_program_year,
        records.term_digit,
        records.student_id,
        records.birth_date,
        records.sex,
        records.hispanic,
        records.employment_status,
        records.schooling_level,
        records.schooling_origin,
        records.incarceration_status,
        records.recency_rank,
        records.first_rank,
        records.source_file,
        records.record_number,
        records.american_indian,
        records.asian,
        records.black,
        records.pacific_islander,
        records.white,
        case when records.american_indian = 'Y' then 1 else 0 end
        + case when records.asian = 'Y' then 1 else 0 end
        + case when records.black = 'Y' then 1 else 0 end
        + case when records.pacific_islander = 'Y' then 1 else 0 end
        + case when records.white = 'Y' then 1 else 0 end as race_count
    from ranked_records as records
    inner join person_agencies
        on
            records.fleid = person_agencies.fleid
            and records.agency_id = person_agencies.agency_id
            and records.reporting_program_year = person_agencies.program_year
    inner join terms
        on
            person_agencies.person_key = terms.person_key
            and records.reporting_program_year = terms.reporting_program_year
            and records.term_digit = terms.term_digit
)

select
    records_of_terms.person_key,
    records_of_terms.program_year,
    records_of_terms.reporting_program_year,
    records_of_terms.term_digit,
    records_of_terms.agency_id,
    records_of_terms.student_id,
    records_of_terms.birth_date,
    sexes.maps_to as sex,
    -- Hispanic first, else two or more, else the one; no group where none is reported (Table 1 rule 5; R5).
    case
        when records_of_terms.hispanic = 'Y' then 'hispanic'
        when records_of_terms.race_count > 1 then 'two_or_more'
        when records_of_terms.american_indian = 'Y' then 'american_indian'
        when records_of_terms.asian = 'Y' then 'asian'
        when records_of_terms.black = 'Y' then 'black'
        when records_of_terms.pacific_islander = 'Y' then 'pacific_islander'
        when records_of_terms.white = 'Y' then 'white'
    end as race,
    employment.maps_to as employment_status,
    levels.maps_to as schooling_level,
    origins.maps_to as schooling_origin,
    records_of_terms.incarceration_status,
    correctional.code is not null as is_correctional,
    records_of_terms.source_file,
    records_of_terms.record_number,
    records_of_terms.recency_rank,
    records_of_terms.first_rank
from records_of_terms
left join {{ ref('code_crosswalks') }} as sexes
    on
        sexes.crosswalk = 'sex'
        and records_of_terms.sex = sexes.code
        and {{ in_force('sexes', 'records_of_terms.program_year') }}
left join {{ ref('code_crosswalks') }} as employment
    on
        employment.crosswalk = 'employment_status'
        and records_of_terms.employment_status = employment.code
        and {{ in_force('employment', 'records_of_terms.program_year') }}
left join {{ ref('code_crosswalks') }} as levels
    on
        levels.crosswalk = 'schooling_level'
        and records_of_terms.schooling_level = levels.code
        and {{ in_force('levels', 'records_of_terms.program_year') }}
left join {{ ref('code_crosswalks') }} as origins
    on
        origins.crosswalk = 'schooling_origin'
        and records_of_terms.schooling_origin = origins.code
        and {{ in_force('origins', 'records_of_terms.program_year') }}
left join {{ ref('rule_codes') }} as correctional
    on
        correctional.rule_list = 'correctional_status'
        and records_of_terms.incarceration_status = correctional.code
        and {{ in_force('correctional', 'records_of_terms.program_year') }}
