with person_agencies as (
    select * from {{ ref('int_person_agencies') }}
),

program_years as (
    select * from {{ ref('int_program_years') }}
),

tests as (
    select
        *,
        {{ program_year_of_reporting_year('reporting_year') }} as reporting_program_year
    from {{ ref('stg_fcs__tests') }}
),

-- The first pass of a subtest in the window; repeats do not count (R23).
first_passes as (
    select
        person_agencies.person_key,
        program_years.program_year,
        '1d' as kind,
        tests.test_date as earned_on,
        concat(
            tests.test_type, ' ', tests.subtest, ' score ', cast(tests.score as double), ' on ', tests.test_date,
            ' (', tests.source_file, ' #', tests.record_number, ')'
        ) as evidence
    from tests
    inner join person_agencies
        on
            tests.fleid = person_agencies.fleid
            and tests.agency_id = person_agencies.agency_id
            and tests.reporting_program_year = person_agencies.program_year
    inner join program_years
        on tests.test_date between program_years.gain_window_starts_on and program_years.gain_window_ends_on
    inner join {{ ref('rule_codes') }} as test_types
        on
            test_types.rule_list = 'hse_test_type'
            and tests.test_type = test_types.code
            and {{ in_force('test_types', 'program_years.program_year') }}
    inner join {{ ref('rule_codes') }} as subtests
        on
            subtests.rule_list = 'hse_subtest'
            and tests.subtest = subtests.code
            and {{ in_force('subtests', 'program_years.program_year') }}
    where tests.score >= program_years.hse_subtest_passing_score
    qualify
        row_number() over (
            partition by person_agencies.person_key, program_years.program_year, tests.subtest
            order by tests.test_date, tests.agency_id, tests.test_id, tests.source_file, tests.record_number
        ) = 1
)

{{ events_in_periods('first_passes') }}
