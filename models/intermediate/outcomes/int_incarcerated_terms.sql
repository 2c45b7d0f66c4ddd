with term_agencies as (
    select distinct
        person_key,
        reporting_program_year,
        term_digit,
        agency_id
    from {{ ref('int_nrs_enrollments') }}
),

correctional_records as (
    select distinct
        person_key,
        reporting_program_year,
        term_digit,
        agency_id
    from {{ ref('int_demographic_records') }}
    where is_correctional
)

-- Terms with a correctional record of an agency with NRS rows there (R13).
select distinct
    term_agencies.person_key,
    term_agencies.reporting_program_year,
    term_agencies.term_digit
from term_agencies
inner join correctional_records
    on
        term_agencies.person_key = correctional_records.person_key
        and term_agencies.reporting_program_year = correctional_records.reporting_program_year
        and term_agencies.term_digit = correctional_records.term_digit
        and term_agencies.agency_id = correctional_records.agency_id
