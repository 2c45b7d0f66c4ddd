with iet_terms as (
    select * from {{ ref('int_iet_terms') }}
),

program_years as (
    select * from {{ ref('int_program_years') }}
),

person_agencies as (
    select * from {{ ref('int_person_agencies') }}
),

certifications as (
    select
        *,
        {{ program_year_of_reporting_year('reporting_year') }} as reporting_program_year,
        {{ term_number(program_year_of_reporting_year('reporting_year'), 'substr(term_id, 1, 1)') }} as term_number
    from {{ ref('stg_fcs__industry_certifications') }}
),

listed_certifications as (
    select distinct
        reporting_year,
        iet_program_number,
        certification_code
    from {{ ref('stg_fcs__iet_certifications') }}
),

-- A certification passed that is approved for the IET number that an NRS row of the same term carries (R27, R64).
exams as (
    select
        person_agencies.person_key,
        program_years.program_year,
        '5' as kind,
        certifications.certification_date as earned_on,
        concat(
            'IET ', iet_terms.iet_program_number, ', certification ', certifications.certification_code, ' passed on ',
            certifications.certification_date, ' (', certifications.source_file, ' #', certifications.record_number, ')'
        ) as evidence
    from certifications
    inner join person_agencies
        on
            certifications.fleid = person_agencies.fleid
            and certifications.agency_id = person_agencies.agency_id
            and certifications.reporting_program_year = person_agencies.program_year
    inner join program_years
        on certifications.certification_date between program_years.gain_window_starts_on and program_years.gain_window_ends_on
    inner join {{ ref('rule_codes') }} as outcomes
        on
            outcomes.rule_list = 'certification_passed'
            and certifications.outcome = outcomes.code
            and {{ in_force('outcomes', 'program_years.program_year') }}
    inner join listed_certifications
        on
            certifications.reporting_year = listed_certifications.reporting_year
            and certifications.certification_code = listed_certifications.certification_code
    inner join iet_terms
        on
            person_agencies.person_key = iet_terms.person_key
            and program_years.program_year = iet_terms.program_year
            and certifications.term_number = iet_terms.term_number
            and listed_certifications.iet_program_number = iet_terms.iet_program_number
)

{{ events_in_periods('exams') }}
