-- Every reference row names the rule it carries out: one test for all seeds that have a citation. The list is literal,
-- because dbt reads references before it knows the graph; a seed with a citation that is not in it stops the run.
{%- set seeds = [
    'age_groups', 'ahs_level_6_credits', 'alternative_placement_programs', 'assessment_score_ranges',
    'assessment_test_levels', 'business_rules', 'cell_rules', 'code_crosswalks', 'code_lists',
    'competency_diploma_requirements', 'data_quality_rules', 'educational_functioning_levels', 'efl_crosswalk',
    'finding_rules', 'form_absent_cells', 'form_blocks', 'form_columns', 'form_notes', 'form_rates', 'form_rollups',
    'form_rows', 'forms', 'gain_kinds', 'glossary', 'hse_subtests', 'identities', 'identity_terms',
    'indicator_windows', 'key_indicators', 'needed_periods', 'nrs_programs', 'population_measures', 'post_test_rules',
    'program_type_crosswalk', 'readiness_checks', 'rule_codes', 'rule_parameters', 'rulings', 'suppression_bases',
    'suppression_exemptions',
] -%}
{%- for seed in (graph.nodes.values() if execute else []) if seed.resource_type == 'seed' and 'citation' in seed.columns and seed.name not in seeds -%}
    {{ exceptions.raise_compiler_error('Add the seed ' ~ seed.name ~ ' to tests/every_reference_row_is_cited.sql: it has a citation.') }}
{%- endfor %}
{% for seed in seeds %}
{{ 'union all' if not loop.first }}
select
    '{{ seed }}' as seed,
    count(*) as rows_without_citation
from {{ ref(seed) }}
where coalesce(trim(citation), '') = ''
having count(*) > 0
{%- endfor %}
