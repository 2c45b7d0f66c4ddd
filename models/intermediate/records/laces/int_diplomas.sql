{{ config(meta={'rules': ['MS-MSG-2', 'MS-8-ONCE', 'MO-HSE']}) }}

with outcomes as (
    select
        *,
        {{ program_year_of_reporting_year('reporting_year') }} as reporting_program_year
    from {{ ref('stg_laces__outcomes') }}
),

person_agencies as (
    select * from {{ ref('int_person_agencies') }}
),

-- Diplomas that the outcomes panel reports, those that the tests make, and competency-based ones (MS Program Guidelines
-- 2023, Section 2, Measurable Skill Gains; Section 8).
diplomas as (
    select
        person_agencies.person_key,
        outcomes.outcome_date as diploma_date,
        concat(
            outcomes.outcome_type, ' on ', outcomes.outcome_date, ' (', outcomes.source_file, ' #', outcomes.record_number, ')'
        ) as evidence
    from outcomes
    inner join person_agencies
        on
            outcomes.fleid = person_agencies.fleid
            and outcomes.agency_id = person_agencies.agency_id
            and outcomes.reporting_program_year = person_agencies.program_year
    inner join {{ ref('rule_codes') }} as rules
        on
            rules.rule_list = 'secondary_diploma_outcome'
            and outcomes.outcome_type = rules.code
            and {{ in_force('rules', program_year_of('outcomes.outcome_date')) }}
    union all
    select * from {{ ref('int_laces__hse_test_diplomas') }}
    union all
    select * from {{ ref('int_laces__competency_diplomas') }}
)

-- One diploma a person: who holds one earns no other (Section 8, Eligibility).
select * from diplomas
qualify row_number() over (partition by person_key order by diploma_date, evidence) = 1
