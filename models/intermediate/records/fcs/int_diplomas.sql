with person_agencies as (
    select * from {{ ref('int_person_agencies') }}
),

persons as (
    select distinct
        person_key,
        fleid
    from {{ ref('int_person_scopes') }}
),

completions as (
    select
        *,
        {{ program_year_of_reporting_year('reporting_year') }} as reporting_program_year
    from {{ ref('stg_fcs__completions') }}
)

-- Diplomas reported by an agency of the scope, and those found in the GED database, which count in every scope (R24, R29).
select
    person_agencies.person_key,
    completions.completion_date as diploma_date,
    concat(
        'completion degree ', completions.completion_degree, ' on ', completions.completion_date,
        ' (', completions.source_file, ' #', completions.record_number, ')'
    ) as evidence
from completions
inner join person_agencies
    on
        completions.fleid = person_agencies.fleid
        and completions.agency_id = person_agencies.agency_id
        and completions.reporting_program_year = person_agencies.program_year
inner join {{ ref('rule_codes') }} as rules
    on
        rules.rule_list = 'secondary_diploma_degree'
        and completions.completion_degree = rules.code
        and {{ in_force('rules', program_year_of('completions.completion_date')) }}
union all
select
    persons.person_key,
    hse_completions.completion_date as diploma_date,
    concat(
        'high school equivalency diploma found, ', hse_completions.completion_date,
        ' (', hse_completions.source_file, ' #', hse_completions.record_number, ')'
    ) as evidence
from {{ ref('stg_fcs__hse_completions') }} as hse_completions
inner join persons on hse_completions.fleid = persons.fleid
