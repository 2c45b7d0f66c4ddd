{{ config(meta={'rules': ['MS-8-GED', 'MS-8-HISET', 'MS-8-TT', 'MO-HSE']}) }}

with tests as (
    select
        *,
        {{ program_year_of_reporting_year('reporting_year') }} as reporting_program_year
    from {{ ref('stg_laces__hse_tests') }}
),

person_agencies as (
    select * from {{ ref('int_person_agencies') }}
),

subtests as (
    select * from {{ ref('hse_subtests') }}
),

-- Writing and its essay are passed on one date (MS Program Guidelines 2023, Section 8, HiSET Assessment, Scoring).
passes as (
    select
        person_agencies.person_key,
        tests.test_date,
        tests.test_series,
        tests.subtest,
        tests.score,
        concat(
            tests.test_series, ' ', tests.subtest, ' ', cast(tests.score as double), ' on ', tests.test_date,
            ' (', tests.source_file, ' #', tests.record_number, ')'
        ) as evidence
    from tests
    inner join person_agencies
        on
            tests.fleid = person_agencies.fleid
            and tests.agency_id = person_agencies.agency_id
            and tests.reporting_program_year = person_agencies.program_year
    inner join subtests
        on
            tests.test_series = subtests.test_series
            and tests.subtest = subtests.subtest
            and tests.test_date >= subtests.counts_from
            and tests.score >= subtests.passing_score
            and coalesce(tests.essay_score, 0) >= coalesce(subtests.passing_essay_score, 0)
            and {{ in_force('subtests', program_year_of('tests.test_date')) }}
),

days as (
    select distinct
        person_key,
        test_date as passed_by
    from passes
),

-- Every subtest, with its best pass up to each day that brought one.
best_passes as (
    select
        days.person_key,
        days.passed_by,
        subtests.test_series,
        subtests.subtest,
        subtests.content_area,
        subtests.average_score,
        passes.score,
        passes.evidence
    from days
    inner join subtests on {{ in_force('subtests', program_year_of('days.passed_by')) }}
    left join passes
        on
            days.person_key = passes.person_key
            and subtests.test_series = passes.test_series
            and subtests.subtest = passes.subtest
            and days.passed_by >= passes.test_date
    qualify
        row_number() over (
            partition by days.person_key, days.passed_by, subtests.test_series, subtests.subtest
            order by passes.score desc, passes.test_date asc, passes.evidence asc
        ) = 1
),

-- A content is passed in a test by all of the test's subtests for it: language arts of HiSET are reading and writing.
passed_areas as (
    select
        person_key,
        passed_by,
        content_area,
        test_series,
        coalesce(sum(score - average_score), 0) as above_average,
        {{ joined_text("evidence", "', '", "subtest") }} as evidence
    from best_passes
    group by person_key, passed_by, content_area, test_series
    having count(score) = count(*)
),

-- Passed in both tests, the one that helps the average stands (Total Transcript, best test scores across all publishers).
best_areas as (
    select * from passed_areas
    qualify row_number() over (partition by person_key, passed_by, content_area order by above_average desc, test_series asc) = 1
),

needed_areas as (
    select
        person_key,
        passed_by,
        count(distinct content_area) as areas
    from best_passes
    group by person_key, passed_by
)

-- All contents in one test is its own diploma, in both a Total Transcript. An average of nine over the five tests of HiSET is
-- their total of 45, and four passes of GED are its 580.
select
    best_areas.person_key,
    best_areas.passed_by as diploma_date,
    concat('high school equivalency: ', {{ joined_text("best_areas.evidence", "', '", "best_areas.content_area") }}) as evidence
from best_areas
inner join needed_areas
    on
        best_areas.person_key = needed_areas.person_key
        and best_areas.passed_by = needed_areas.passed_by
group by best_areas.person_key, best_areas.passed_by, needed_areas.areas
having count(*) = needed_areas.areas and sum(best_areas.above_average) >= 0
qualify row_number() over (partition by best_areas.person_key order by best_areas.passed_by) = 1
