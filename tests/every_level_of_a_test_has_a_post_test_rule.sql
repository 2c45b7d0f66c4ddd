-- Returns each level that an instrument can find but that no row of `post_test_rules` says the hours for, and each test level
-- that is measured by no score.
select
    ranges.instrument,
    ranges.efl_row_code
from {{ ref('assessment_score_ranges') }} as ranges
inner join {{ ref('educational_functioning_levels') }} as levels
    on
        ranges.efl_row_code = levels.efl_row_code
        and {{ in_force('levels', var('program_year')) }}
left join {{ ref('post_test_rules') }} as rules
    on
        ranges.instrument = rules.instrument
        and levels.program_group = rules.program_group
        and {{ in_force('rules', var('program_year')) }}
where {{ in_force('ranges', var('program_year')) }} and rules.instrument is null and '{{ record_system() }}' = 'laces'
union all
select
    test_levels.instrument,
    test_levels.efl_row_code
from {{ ref('assessment_test_levels') }} as test_levels
left join {{ ref('assessment_score_ranges') }} as ranges
    on
        test_levels.instrument = ranges.instrument
        and test_levels.efl_row_code = ranges.efl_row_code
        and {{ in_force('ranges', var('program_year')) }}
where {{ in_force('test_levels', var('program_year')) }} and ranges.instrument is null
