{{ config(meta={'rules': ['MS-4-RETEST']}) }}

with assessments as (
    select * from {{ ref('int_laces__assessments') }}
),

test_levels as (
    select * from {{ ref('int_laces__test_levels') }}
),

-- Those whose subject has not been tested within the range since.
to_be_repeated as (
    select tests.* from assessments as tests
    where
        tests.program_year = {{ var('program_year') }}
        and not tests.is_in_range
        and not exists (
            select 1 from assessments as later
            where
                later.fleid = tests.fleid
                and later.instrument = tests.instrument
                and later.subject = tests.subject
                and later.is_in_range
                and later.test_date >= tests.test_date
        )
),

-- A more or less advanced test: the one nearest to the one given that measures the level found, first of those on which a
-- gain is achievable (MS Program Guidelines 2023, Section 4, Out-of-Range TABE 11/12 Test Scores; Post-testing Guidelines).
recommended as (
    select
        to_be_repeated.source_file,
        to_be_repeated.record_number,
        fitting.test_level as recommended_test_level
    from to_be_repeated
    inner join test_levels as fitting
        on
            to_be_repeated.instrument = fitting.instrument
            and to_be_repeated.level_order between fitting.lowest_level_order and fitting.highest_level_order
    left join test_levels as given
        on
            to_be_repeated.instrument = given.instrument
            and to_be_repeated.test_level = given.test_level
    qualify
        row_number() over (
            partition by to_be_repeated.source_file, to_be_repeated.record_number
            order by
                case when fitting.highest_level_order > to_be_repeated.level_order then 0 else 1 end,
                abs(fitting.difficulty - given.difficulty),
                fitting.difficulty
        ) = 1
)

select
    tests.program_year,
    tests.agency_id,
    tests.student_id,
    tests.fleid as person_id,
    tests.assessment_id,
    tests.instrument,
    tests.subject,
    tests.form,
    tests.test_level,
    cast(tests.scale_score as double) as scale_score,
    tests.test_date,
    tests.efl_row_code,
    case when tests.efl_row_code is null then 'no_level' else 'out_of_range' end as reason,
    recommended.recommended_test_level,
    tests.source_file,
    tests.record_number
from to_be_repeated as tests
left join recommended
    on
        tests.source_file = recommended.source_file
        and tests.record_number = recommended.record_number
