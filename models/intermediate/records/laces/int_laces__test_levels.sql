{{ config(meta={'rules': ['MS-4-RETEST']}) }}

with test_levels as (
    select * from {{ ref('assessment_test_levels') }} as test_levels
    where {{ in_force('test_levels', var('program_year')) }}
),

levels as (
    select * from {{ ref('educational_functioning_levels') }} as levels
    where {{ in_force('levels', var('program_year')) }}
),

measured as (
    select
        test_levels.instrument,
        test_levels.test_level,
        min(levels.level_order) as lowest_level_order,
        max(levels.level_order) as highest_level_order
    from test_levels
    inner join levels on test_levels.efl_row_code = levels.efl_row_code
    group by test_levels.instrument, test_levels.test_level
)

-- From the easiest to the hardest.
select
    instrument,
    test_level,
    lowest_level_order,
    highest_level_order,
    row_number() over by_difficulty as difficulty,
    lead(test_level) over by_difficulty as next_test_level
from measured
window by_difficulty as (
    partition by instrument order by lowest_level_order, highest_level_order
)
