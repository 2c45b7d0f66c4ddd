{{ config(meta={'rules': ['MS-4-CARRY', 'MS-4-VALID', 'MO-POST-TEST']}) }}

with spans as (
    select * from {{ ref('int_laces__service_spans') }}
),

tests as (
    select * from {{ ref('int_laces__test_intervals') }}
),

program_years as (
    select * from {{ ref('int_program_years') }}
),

-- The most recent earlier test; of several on its day the first, which has the lowest level.
latest_tests as (
    select
        spans.fleid,
        spans.program_year,
        spans.span_number,
        spans.entry_date,
        spans.score_needed_on,
        tests.source_file,
        tests.record_number,
        tests.agency_id,
        tests.instrument,
        tests.subject,
        tests.test_date
    from spans
    inner join tests
        on
            spans.fleid = tests.fleid
            and spans.brought_forward_from_before > tests.test_date
    qualify
        row_number() over (
            partition by spans.fleid, spans.program_year, spans.span_number, tests.instrument, tests.subject
            order by tests.test_date desc, tests.test_number asc
        ) = 1
)

-- Valid for the rule's days from the test (MS Program Guidelines 2023, Section 4, Expiration of Assessments).
select
    latest_tests.*,
    {{ days_between('latest_tests.test_date', 'latest_tests.score_needed_on') }} <= program_years.assessment_validity_days as is_valid
from latest_tests
inner join program_years on latest_tests.program_year = program_years.program_year
