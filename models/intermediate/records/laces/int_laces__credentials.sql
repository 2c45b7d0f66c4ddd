{{ config(meta={'rules': ['MS-2-CRED', 'MO-CRED-2']}) }}

with outcomes as (
    select
        *,
        {{ program_year_of_reporting_year('reporting_year') }} as reporting_program_year
    from {{ ref('stg_laces__outcomes') }}
),

program_years as (
    select * from {{ ref('int_program_years') }}
),

{{ iet_enrollments_cte() }},

-- Enrollments in an IET that leads to a credential.
credential_iets as (
    select
        fleid,
        agency_id,
        min({{ program_year_of_reporting_year('reporting_year') }}) as first_program_year
    from iet_enrollments
    where not is_iet_without_credential
    group by fleid, agency_id
)

-- Industry credentials, and where the state's rule says so the completion of an IETP/C at the same program (MO IET in LACES,
-- IET Outcomes: enrolled in and completed).
select
    outcomes.source_file,
    outcomes.record_number,
    outcomes.fleid,
    outcomes.agency_id,
    outcomes.reporting_year,
    outcomes.outcome_type as certification_code,
    outcomes.outcome_date as certification_date,
    'P' as outcome
from outcomes
inner join program_years on {{ program_year_of('outcomes.outcome_date') }} = program_years.program_year
inner join {{ ref('rule_codes') }} as rules
    on
        outcomes.outcome_type = rules.code
        and {{ in_force('rules', 'program_years.program_year') }}
left join credential_iets
    on
        outcomes.fleid = credential_iets.fleid
        and outcomes.agency_id = credential_iets.agency_id
        and outcomes.reporting_program_year >= credential_iets.first_program_year
where
    rules.rule_list = 'postsecondary_credential_outcome'
    or (
        rules.rule_list = 'iet_completion_outcome'
        and program_years.iet_completion_is_credential = 'yes'
        and credential_iets.fleid is not null
    )
