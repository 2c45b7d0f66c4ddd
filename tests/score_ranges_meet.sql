-- Returns each place where the score ranges of an instrument and subject leave a gap, overlap or jump a level: of the charts of
-- Section 4 each range begins where the one below ends, one level higher. No other state's rows stand in between.
with ranges as (
    select
        ranges.*,
        levels.ladder,
        levels.level_order
    from {{ ref('assessment_score_ranges') }} as ranges
    inner join {{ ref('educational_functioning_levels') }} as levels on ranges.efl_row_code = levels.efl_row_code
    where {{ in_force('ranges', var('program_year')) }} and {{ in_force('levels', var('program_year')) }}
),

followed as (
    select
        *,
        lead(efl_row_code) over by_level as next_efl_row_code,
        lead(ladder) over by_level as next_ladder,
        lead(level_order) over by_level as next_level_order,
        lead(scale_score_low) over by_level as next_low
    from ranges
    window by_level as (
        partition by instrument, subject order by level_order
    )
)

select
    instrument,
    subject,
    efl_row_code,
    next_efl_row_code
from followed
where
    scale_score_low > scale_score_high
    or (
        next_efl_row_code is not null
        and (
            scale_score_high is null
            or next_low is null
            or next_low <> scale_score_high + 1
            or next_level_order <> level_order + 1
            or next_ladder <> ladder
        )
    )
