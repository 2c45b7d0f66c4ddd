with cohorts as (
    select * from {{ ref('int_exit_cohorts') }}
    where indicator = 'postsecondary_credential'
),

persons as (
    select distinct
        person_key,
        fleid
    from {{ ref('int_person_scopes') }}
),

-- Concurrently in postsecondary education, period entry to final exit, both ends inclusive (R44).
concurrent_periods as (
    select
        cohorts.program_year,
        cohorts.person_key,
        cohorts.pop_program_year,
        cohorts.pop_number,
        min(concat(spells.program_type, ' from ', spells.entry_date, ' (', spells.source_file, ' #', spells.record_number, ')')) as evidence
    from cohorts
    inner join {{ records('postsecondary_enrollments') }} as spells
        on
            cohorts.fleid = spells.fleid
            and spells.entry_date <= cohorts.final_exit_date
            and (spells.exit_date is null or spells.exit_date >= cohorts.entry_date)
    inner join {{ ref('rule_codes') }} as rules
        on
            rules.rule_list = 'concurrent_postsecondary_type'
            and spells.program_type = rules.code
            and {{ in_force('rules', 'cohorts.pop_program_year') }}
    group by cohorts.program_year, cohorts.person_key, cohorts.pop_program_year, cohorts.pop_number
),

training_cohort as (
    select
        cohorts.*,
        coalesce('concurrent spell ' || concurrent_periods.evidence, 'IET period') as cohort_evidence
    from cohorts
    left join concurrent_periods
        on
            cohorts.program_year = concurrent_periods.program_year
            and cohorts.person_key = concurrent_periods.person_key
            and cohorts.pop_program_year = concurrent_periods.pop_program_year
            and cohorts.pop_number = concurrent_periods.pop_number
    where
        (cohorts.is_iet and not cohorts.is_iet_without_credential)
        or concurrent_periods.person_key is not null
),

-- Awards found by the match count in every scope, certifications where an agency of the scope reports them (R29).
credentials as (
    select
        persons.person_key,
        awards.award_date as credential_date,
        'postsecondary_credential_type' as rule_list,
        awards.credential_type as code,
        concat(
            awards.credential_type, ' on ', awards.award_date, ' (', awards.source_file, ' #', awards.record_number, ')'
        ) as evidence
    from {{ records('postsecondary_credentials') }} as awards
    inner join persons on awards.fleid = persons.fleid
    union all
    select
        person_agencies.person_key,
        certifications.certification_date as credential_date,
        'certification_passed' as rule_list,
        certifications.outcome as code,
        concat(
            'certification ', certifications.certification_code, ' passed on ', certifications.certification_date,
            ' (', certifications.source_file, ' #', certifications.record_number, ')'
        ) as evidence
    from {{ records('industry_certifications') }} as certifications
    inner join {{ ref('int_person_agencies') }} as person_agencies
        on
            certifications.fleid = person_agencies.fleid
            and certifications.agency_id = person_agencies.agency_id
            and {{ program_year_of_reporting_year('certifications.reporting_year') }} = person_agencies.program_year
),

outcomes as (
    select
        training_cohort.program_year,
        training_cohort.person_key,
        training_cohort.pop_program_year,
        training_cohort.pop_number,
        min(credentials.evidence) as evidence
    from training_cohort
    inner join credentials
        on
            training_cohort.person_key = credentials.person_key
            and credentials.credential_date
            between training_cohort.entry_date and {{ months_after('training_cohort.final_exit_date', 'training_cohort.months_after_exit') }}
    inner join {{ ref('rule_codes') }} as rules
        on
            credentials.rule_list = rules.rule_list
            and credentials.code = rules.code
            and {{ in_force('rules', 'training_cohort.pop_program_year') }}
    group by
        training_cohort.program_year, training_cohort.person_key, training_cohort.pop_program_year,
        training_cohort.pop_number
)

select
    training_cohort.program_year,
    training_cohort.indicator,
    training_cohort.person_key,
    training_cohort.pop_program_year,
    training_cohort.pop_number,
    training_cohort.final_exit_date,
    training_cohort.is_iet,
    training_cohort.is_distance,
    training_cohort.is_correctional,
    outcomes.person_key is not null as has_outcome,
    concat(training_cohort.cohort_evidence, '; ', coalesce(outcomes.evidence, 'no credential')) as evidence
from training_cohort
left join outcomes
    on
        training_cohort.program_year = outcomes.program_year
        and training_cohort.person_key = outcomes.person_key
        and training_cohort.pop_program_year = outcomes.pop_program_year
        and training_cohort.pop_number = outcomes.pop_number
