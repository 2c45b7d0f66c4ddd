{{ config(meta={'rules': ['MS-4-EFL', 'MS-4-APPROVED', 'MS-4-RANGE', 'MO-EFL']}) }}

with assessments as (
    select
        *,
        {{ program_year_of('test_date') }} as program_year
    from {{ ref('stg_laces__assessments') }}
),

-- Where an instrument comes in levels, the level administered must be one that measures the functioning level found.
leveled_instruments as (
    select distinct
        assessments.program_year,
        test_levels.instrument
    from assessments
    inner join {{ ref('assessment_test_levels') }} as test_levels
        on
            assessments.instrument = test_levels.instrument
            and {{ in_force('test_levels', 'assessments.program_year') }}
)

-- The level of a scale score, and whether the test measures it; only scores of approved instruments are accepted (MS Program
-- Guidelines 2023, Section 4, Use of Scale Scores for NRS Reporting; Out-of-Range Test Scores; Approved Assessments).
select
    assessments.source_file,
    assessments.record_number,
    assessments.fleid,
    assessments.agency_id,
    assessments.student_id,
    assessments.assessment_id,
    assessments.program_year,
    assessments.instrument,
    assessments.subject,
    assessments.form,
    assessments.test_level,
    assessments.scale_score,
    assessments.test_date,
    levels.efl_row_code,
    levels.level_order,
    levels.ladder,
    levels.program_group,
    levels.efl_row_code is not null and (leveled_instruments.instrument is null or test_levels.efl_row_code is not null)
        as is_in_range
from assessments
left join {{ ref('rule_codes') }} as approved
    on
        approved.rule_list = 'approved_instrument'
        and assessments.instrument = approved.code
        and {{ in_force('approved', 'assessments.program_year') }}
left join {{ ref('assessment_score_ranges') }} as ranges
    on
        approved.code = ranges.instrument
        and assessments.subject = coalesce(ranges.subject, assessments.subject)
        and assessments.scale_score >= coalesce(ranges.scale_score_low, assessments.scale_score)
        and assessments.scale_score <= coalesce(ranges.scale_score_high, assessments.scale_score)
        and {{ in_force('ranges', 'assessments.program_year') }}
left join {{ ref('educational_functioning_levels') }} as levels
    on
        ranges.efl_row_code = levels.efl_row_code
        and {{ in_force('levels', 'assessments.program_year') }}
left join {{ ref('assessment_test_levels') }} as test_levels
    on
        assessments.instrument = test_levels.instrument
        and assessments.test_level = test_levels.test_level
        and ranges.efl_row_code = test_levels.efl_row_code
        and {{ in_force('test_levels', 'assessments.program_year') }}
left join leveled_instruments
    on
        assessments.program_year = leveled_instruments.program_year
        and assessments.instrument = leveled_instruments.instrument
