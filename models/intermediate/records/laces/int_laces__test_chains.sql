{#- Without a valid score before it, a test is a new pre-test. -#}
{%- set starts_anew -%}
    (
        chains.valid_test_date is null
        or {{ days_between('chains.valid_test_date', 'tests.test_date') }} > program_years.assessment_validity_days
    )
{%- endset -%}
{{ config(meta={'rules': ['MS-4-PAIR', 'MS-4-VALID', 'MO-POST-TEST']}) }}

with recursive tests as (
    select * from {{ ref('int_laces__test_intervals') }}
),

program_years as (
    select * from {{ ref('int_program_years') }}
),

brought_forward as (
    select * from {{ ref('int_laces__brought_forward_tests') }}
    where span_number = 1 and is_valid
),

-- From the score brought forward into the program year, if any, test by test: what each is depends on the valid score before
-- it (MS Program Guidelines 2023, Section 4, Expiration of Assessments; Post-testing Guidelines).
chains as (
    select
        tests.fleid,
        tests.program_year,
        tests.instrument,
        tests.subject,
        cast(0 as bigint) as year_order,
        cast(null as string) as source_file,
        cast(null as bigint) as record_number,
        cast(null as string) as agency_id,
        cast(null as date) as test_date,
        cast(null as string) as use,
        cast(null as string) as reason,
        brought_forward.test_date as valid_test_date,
        brought_forward.test_date as pre_test_date
    from tests
    left join brought_forward
        on
            tests.fleid = brought_forward.fleid
            and tests.program_year = brought_forward.program_year
            and tests.instrument = brought_forward.instrument
            and tests.subject = brought_forward.subject
    where tests.year_order = 1
    union all
    select
        tests.fleid,
        tests.program_year,
        tests.instrument,
        tests.subject,
        tests.year_order,
        tests.source_file,
        tests.record_number,
        tests.agency_id,
        tests.test_date,
        case
            when {{ starts_anew }} then 'pre_test'
            when tests.obstacle is null then 'post_test'
            else 'not_used'
        end as use,
        case when not {{ starts_anew }} then tests.obstacle end as reason,
        case when {{ starts_anew }} or tests.obstacle is null then tests.test_date else chains.valid_test_date end as valid_test_date,
        case when {{ starts_anew }} then tests.test_date else chains.pre_test_date end as pre_test_date
    from chains
    inner join tests
        on
            chains.fleid = tests.fleid
            and chains.program_year = tests.program_year
            and chains.instrument = tests.instrument
            and chains.subject = tests.subject
            and chains.year_order + 1 = tests.year_order
    inner join program_years on tests.program_year = program_years.program_year
)

select
    source_file,
    record_number,
    fleid,
    agency_id,
    program_year,
    instrument,
    subject,
    test_date,
    use,
    reason,
    valid_test_date,
    pre_test_date
from chains
where year_order > 0
