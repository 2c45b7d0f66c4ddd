-- Each seed with dated rule rows, and the columns that name one of its rows.
{%- set rule_seeds = [
    ('rule_parameters', ['parameter', 'value'], 'description'),
    ('rule_codes', ['rule_list', 'code'], none),
    ('code_lists', ['code_list', 'code'], 'label'),
    ('code_crosswalks', ['crosswalk', 'code', 'maps_to'], none),
    ('efl_crosswalk', ['efl_code', 'program', 'efl_row_code'], none),
    ('data_quality_rules', ['check_id'], 'title'),
    ('educational_functioning_levels', ['efl_row_code'], 'efl_label'),
    ('alternative_placement_programs', ['program', 'efl_row_code'], none),
    ('assessment_score_ranges', ['instrument', 'subject', 'efl_row_code'], none),
    ('assessment_test_levels', ['instrument', 'test_level', 'efl_row_code'], none),
    ('post_test_rules', ['instrument', 'program_group', 'minimum_hours'], none),
    ('ahs_level_6_credits', ['ahs_diploma_option', 'level_6_credits'], none),
    ('age_groups', ['age_group'], none),
    ('indicator_windows', ['indicator'], none),
    ('nrs_programs', ['program_cip', 'program'], 'program_label'),
    ('hse_subtests', ['test_series', 'subtest', 'content_area'], none),
    ('program_type_crosswalk', ['program_group', 'program_type'], none),
    ('competency_diploma_requirements', ['requirement'], none),
    ('finding_rules', ['finding', 'action'], 'title'),
    ('needed_periods', ['extract_name', 'event_window', 'finding'], none),
    ('suppression_exemptions', ['table_id', 'block', 'column_code'], none),
] %}

select
    'rulings' as seed,
    ruling_id as item,
    concat(topic, ': ', reading) as reading,
    citation
from {{ ref('rulings') }}
where is_assumption
{%- for seed, keys, text in rule_seeds %}
union all
select
    '{{ seed }}' as seed,
    concat_ws(' ', {{ keys | join(', ') }}) as item,
    {{ text if text else 'cast(null as string)' }} as reading,
    citation
from {{ ref(seed) }} as {{ seed }}
where is_assumption and {{ in_force(seed, var('program_year')) }}
{%- endfor %}
