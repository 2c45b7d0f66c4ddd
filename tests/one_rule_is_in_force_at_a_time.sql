-- Returns each rule, code and form row of which two are in force in one program year: the old one wasn't end-dated, or a
-- state's own row stands beside the federal one (decision 0005; docs/new_program_year.md). A model would take both, or one
-- by chance.
{%- set keys = {
    'age_groups': ['age_group'],
    'ahs_level_6_credits': ['ahs_diploma_option'],
    'alternative_placement_programs': ['program'],
    'assessment_score_ranges': ['instrument', 'subject', 'efl_row_code'],
    'assessment_test_levels': ['instrument', 'test_level', 'efl_row_code'],
    'business_rules': ['rule_id'],
    'cell_rules': ['table_id', 'block', 'row_code', 'column_code'],
    'code_crosswalks': ['crosswalk', 'code'],
    'code_lists': ['code_list', 'code'],
    'competency_diploma_requirements': ['requirement'],
    'data_quality_rules': ['check_id'],
    'educational_functioning_levels': ['efl_row_code'],
    'efl_crosswalk': ['efl_code', 'program'],
    'finding_rules': ['finding', 'action'],
    'form_absent_cells': ['table_id', 'row_code', 'column_code'],
    'form_blocks': ['table_id', 'block'],
    'form_columns': ['column_set', 'column_code'],
    'form_notes': ['table_id', 'note_order'],
    'form_rates': ['column_set', 'column_code', 'part', 'term_table_id', 'term_row_code', 'term_column_code'],
    'form_rollups': ['code_set', 'code', 'adds_to'],
    'form_rows': ['row_set', 'row_code'],
    'forms': ['table_id'],
    'gain_kinds': ['kind'],
    'hse_subtests': ['test_series', 'subtest'],
    'identities': ['identity_id'],
    'identity_terms': ['identity_id', 'side', 'table_id', 'row_code', 'column_code'],
    'indicator_windows': ['indicator'],
    'needed_periods': ['extract_name', 'event_window', 'period_unit', 'finding'],
    'key_indicators': ['indicator'],
    'nrs_programs': ['program_cip'],
    'population_measures': ['measure'],
    'post_test_rules': ['instrument', 'program_group'],
    'program_type_crosswalk': ['program_group', 'is_ielce_grantee'],
    'readiness_checks': ['check_id'],
    'rule_codes': ['rule_list', 'code'],
    'rule_parameters': ['parameter'],
    'suppression_bases': ['column_set', 'column_code'],
    'suppression_exemptions': ['table_id', 'block', 'column_code'],
} -%}
{#- A row without a value there is for all of them, and must not stand beside one for some. -#}
{%- set for_all = {'assessment_score_ranges': 'subject', 'efl_crosswalk': 'program'} %}
with rules as (
    {%- for seed, columns in keys.items() %}
    {{ 'union all' if not loop.first }}
    select
        '{{ seed }}' as seed,
        concat_ws(' / ', {{ columns | join(', ') }}) as rule_key,
        effective_from,
        effective_to
    from {{ ref(seed) }}
    where state in ('US', '{{ var("state") }}')
    {%- endfor %}
),

followed as (
    select
        *,
        lead(effective_from) over (partition by seed, rule_key order by effective_from) as next_from
    from rules
)

select
    seed,
    rule_key,
    effective_from,
    effective_to,
    next_from
from followed
where next_from <= coalesce(effective_to, next_from)
{%- for seed, column in for_all.items() %}
union all
select
    '{{ seed }}' as seed,
    concat_ws(' / ', special.{{ keys[seed] | join(', special.') }}) as rule_key,
    special.effective_from,
    special.effective_to,
    general.effective_from as next_from
from {{ ref(seed) }} as special
inner join {{ ref(seed) }} as general
    on
        special.{{ column }} is not null
        and general.{{ column }} is null
        {%- for key in keys[seed] if key != column %}
        and special.{{ key }} = general.{{ key }}
        {%- endfor %}
        and special.effective_from <= coalesce(general.effective_to, special.effective_from)
        and general.effective_from <= coalesce(special.effective_to, general.effective_from)
where special.state in ('US', '{{ var("state") }}') and general.state in ('US', '{{ var("state") }}')
{%- endfor %}
