{#- What a row of a rule seed decides: seed, its name (item), in words (description), and how (reading); the record system
    whose rows they are, if only one reads the seed. -#}
{%- set window_year = "case when rules.%s <> 0 then cast(rules.%s as string) else '' end" -%}
{%- set counted_kinds = [] -%}
{%- for system in ['fcs', 'laces'] -%}
{%- for kind in gain_kinds(system) -%}
{%- do counted_kinds.append("'" ~ system ~ ' ' ~ kind ~ "'") -%}
{%- endfor -%}
{%- endfor -%}
{%- set rule_seeds = [
    {
        'seed': 'rule_parameters', 'item': 'rules.parameter', 'description': "concat(rules.description, ' (', rules.unit, ')')",
        'reading': 'rules.value', 'is_assumption': 'rules.is_assumption',
    },
    {
        'seed': 'gain_kinds', 'item': 'rules.kind', 'description': 'cast(null as string)', 'reading': 'rules.kind_label',
        'is_assumption': 'false',
        'only': "concat(states.record_system, ' ', rules.kind) in (" ~ counted_kinds | join(', ') ~ ')',
    },
    {
        'seed': 'indicator_windows', 'item': 'rules.indicator',
        'description': "'Exits from a day to a day, P = the program year, and the quarter or the months after exit that count'",
        'reading': "concat(rules.start_month_day, ' of P', " ~ window_year % ('start_year_offset', 'start_year_offset')
            ~ ", ' to ', rules.end_month_day, ' of P', " ~ window_year % ('end_year_offset', 'end_year_offset')
            ~ ", case when rules.quarters_after_exit is not null then concat(', quarter ', rules.quarters_after_exit) else '' end"
            ~ ", case when rules.months_after_exit is not null then concat(', ', rules.months_after_exit, ' months') else '' end)",
        'is_assumption': 'rules.is_assumption',
    },
    {
        'seed': 'rule_codes', 'item': 'rules.rule_list', 'description': 'cast(null as string)', 'reading': 'rules.code',
        'is_assumption': 'rules.is_assumption',
    },
    {
        'seed': 'nrs_programs', 'item': 'rules.federal_program', 'description': 'cast(null as string)',
        'reading': 'rules.program_label', 'is_assumption': 'rules.is_assumption',
    },
    {
        'seed': 'efl_crosswalk', 'topic': 'educational_functioning_levels', 'item': 'rules.efl_row_code',
        'description': "'What places on the level'", 'reading': "concat('EFL code ', rules.efl_code)",
        'is_assumption': 'rules.is_assumption', 'only': "states.record_system = 'fcs'",
    },
    {
        'seed': 'assessment_score_ranges', 'topic': 'educational_functioning_levels', 'item': 'rules.efl_row_code',
        'description': "'What places on the level'",
        'reading': "concat(
            rules.instrument, ' ', coalesce(rules.subject, 'every subject'), ' ', coalesce(cast(rules.scale_score_low as string), ''),
            '-', coalesce(cast(rules.scale_score_high as string), '')
        )",
        'is_assumption': 'rules.is_assumption', 'only': "states.record_system = 'laces'",
    },
    {
        'seed': 'assessment_test_levels', 'item': "concat(rules.instrument, ' ', rules.test_level)",
        'description': "'Levels that the test level measures'", 'reading': 'rules.efl_row_code',
        'is_assumption': 'rules.is_assumption',
    },
    {
        'seed': 'post_test_rules', 'item': "concat(rules.instrument, ' ', rules.program_group)",
        'description': "'Hours before a post-test, and the forms to use in turn'",
        'reading': "concat(
            " ~ plain_number('rules.minimum_hours') ~ ", ' hours', case when rules.form is not null then concat(', ', rules.form, ' and ', rules.other_form) else '' end
        )",
        'is_assumption': 'rules.is_assumption',
    },
    {
        'seed': 'hse_subtests', 'item': "concat(rules.test_series, ' ', rules.subtest)",
        'description': "'Scores that pass the subtest'",
        'reading': "concat(
            'score ', " ~ plain_number('rules.passing_score') ~ ",
            case when rules.passing_essay_score is not null then concat(', essay ', " ~ plain_number('rules.passing_essay_score') ~ ") else '' end,
            case when rules.average_score is not null then concat(', average ', " ~ plain_number('rules.average_score') ~ ") else '' end
        )",
        'is_assumption': 'rules.is_assumption',
    },
    {
        'seed': 'competency_diploma_requirements', 'item': 'rules.requirement',
        'description': "'What the competency-based diploma asks for'",
        'reading': "concat(
            rules.record_kind,
            case when rules.minimum_score is not null then concat(', score ', " ~ plain_number('rules.minimum_score') ~ ") else '' end,
            case when rules.minimum_hours is not null then concat(', hours ', " ~ plain_number('rules.minimum_hours') ~ ") else '' end
        )",
        'is_assumption': 'rules.is_assumption',
    },
    {
        'seed': 'code_crosswalks', 'item': "concat('Table 4A ', rules.maps_to)",
        'description': "'Subjects of a gain 1a that the column counts'", 'reading': 'rules.code',
        'is_assumption': 'rules.is_assumption', 'only': "rules.crosswalk = 'efl_gain_subject'",
    },
] -%}

with states as (
    select
        code as state,
        label as state_name,
        {{ record_system_of('code') }} as record_system
    from {{ ref('code_lists') }}
    where code_list = 'state'
),

rule_rows as (
    {%- for rule_seed in rule_seeds %}
    {{ 'union all' if not loop.first }}
    select
        states.state,
        '{{ rule_seed.topic or rule_seed.seed }}' as topic,
        {{ loop.index }} as topic_order,
        {{ rule_seed.item }} as item,
        {{ rule_seed.description }} as description,
        {{ rule_seed.reading }} as reading,
        {{ rule_seed.is_assumption }} as is_assumption,
        rules.citation
    from states
    inner join {{ ref(rule_seed.seed) }} as rules on {{ in_force_in('rules', 'states.state', var('program_year')) }}
    {%- if rule_seed.only %}
    where {{ rule_seed.only }}
    {%- endif %}
    {%- endfor %}
),

-- A list of codes is one reading.
readings as (
    select
        state,
        topic,
        item,
        min(topic_order) as topic_order,
        max(description) as description,
        {{ joined_text("reading", "', '", distinct=true) }} as reading,
        bool_or(is_assumption) as is_assumption,
        {{ joined_text("citation", "'; '", distinct=true) }} as citation
    from rule_rows
    group by state, topic, item
),

-- Everything that either of the two has a rule for.
items as (
    select
        states.state,
        states.state_name,
        readings.topic,
        readings.item,
        min(readings.topic_order) as topic_order
    from states
    inner join readings on readings.state in ('FL', states.state)
    where states.state <> 'FL'
    group by states.state, states.state_name, readings.topic, readings.item
)

select
    cast({{ var('program_year') }} as integer) as program_year,
    items.state,
    items.state_name,
    items.topic,
    cast(items.topic_order as integer) as topic_order,
    items.item,
    coalesce(state_readings.description, florida.description) as description,
    florida.reading as florida_reading,
    state_readings.reading as state_reading,
    coalesce(florida.reading, '') <> coalesce(state_readings.reading, '') as is_different,
    coalesce(state_readings.is_assumption, false) as is_assumption,
    florida.citation as florida_citation,
    state_readings.citation as state_citation
from items
left join readings as florida
    on
        florida.state = 'FL'
        and items.topic = florida.topic
        and items.item = florida.item
left join readings as state_readings
    on
        items.state = state_readings.state
        and items.topic = state_readings.topic
        and items.item = state_readings.item
