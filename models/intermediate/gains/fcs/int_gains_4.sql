with iet_terms as (
    select * from {{ ref('int_iet_terms') }}
),

program_years as (
    select * from {{ ref('int_program_years') }}
),

person_agencies as (
    select * from {{ ref('int_person_agencies') }}
),

completions as (
    select
        *,
        {{ program_year_of_reporting_year('reporting_year') }} as reporting_program_year,
        {{ term_number(program_year_of_reporting_year('reporting_year'), 'substr(term_id, 1, 1)') }} as term_number
    from {{ ref('stg_fcs__completions') }}
),

listed_programs as (
    select
        reporting_year,
        iet_program_number,
        program_cip,
        bool_or(preapprenticeship = 'Y') as is_preapprenticeship
    from {{ ref('stg_fcs__iet_programs') }}
    group by reporting_year, iet_program_number, program_cip
),

completion_points as (
    select distinct
        program_cip,
        ocp_code
    from {{ ref('stg_fcs__occupational_completion_points') }}
),

-- A preapprenticeship completed, or a valid occupational completion point, of a program approved for the IET number that
-- an NRS row of the same term carries (R26, R64).
milestones as (
    select
        person_agencies.person_key,
        program_years.program_year,
        '4' as kind,
        completions.completion_date as earned_on,
        concat(
            'IET ', iet_terms.iet_program_number, ', completion of ', completions.completion_cip, ' degree ',
            coalesce(completions.completion_degree, '-'), ' OCP ', coalesce(completions.ocp_code, '-'),
            ' on ', completions.completion_date, ' (', completions.source_file, ' #', completions.record_number, ')'
        ) as evidence
    from completions
    inner join person_agencies
        on
            completions.fleid = person_agencies.fleid
            and completions.agency_id = person_agencies.agency_id
            and completions.reporting_program_year = person_agencies.program_year
    inner join program_years
        on completions.completion_date between program_years.gain_window_starts_on and program_years.gain_window_ends_on
    inner join listed_programs
        on
            completions.reporting_year = listed_programs.reporting_year
            and completions.completion_cip = listed_programs.program_cip
    inner join iet_terms
        on
            person_agencies.person_key = iet_terms.person_key
            and program_years.program_year = iet_terms.program_year
            and completions.term_number = iet_terms.term_number
            and listed_programs.iet_program_number = iet_terms.iet_program_number
    left join {{ ref('rule_codes') }} as degrees
        on
            degrees.rule_list = 'preapprenticeship_degree'
            and completions.completion_degree = degrees.code
            and {{ in_force('degrees', 'program_years.program_year') }}
    left join completion_points
        on
            completions.completion_cip = completion_points.program_cip
            and completions.ocp_code = completion_points.ocp_code
    where
        (degrees.code is not null and listed_programs.is_preapprenticeship)
        or completion_points.ocp_code is not null
)

{{ events_in_periods('milestones') }}
