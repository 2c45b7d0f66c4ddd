{#- The input contract is the source named after the state's record system (models/staging/fcs, models/staging/laces): its
    columns, types, code lists and keys drive reading, checking and staging, so that a contract stands in one place. -#}

{#- Where a state keeps its student records: `fcs` (Florida) or `laces`. The same test of `state` stands in dbt_project.yml,
    where no macro can be called. -#}
{% macro record_system() -%}
    {{ return('fcs' if var('state') == 'FL' else 'laces') }}
{%- endmacro %}

{#- The same for a state named by an expression. -#}
{% macro record_system_of(state) -%}
    case {{ state }} when 'FL' then 'fcs' else 'laces' end
{%- endmacro %}

{#- The base model of an extract of the state's record system. -#}
{% macro base_records(extract) -%}
    {{ return(ref('base_' ~ record_system() ~ '__' ~ extract)) }}
{%- endmacro %}

{#- The records of a kind that every record system keeps, in one shape: the staging model of that name, or what LACES has
    in its place. -#}
{% macro records(kind) -%}
    {%- set laces_names = {'demographics': 'int_laces__demographics', 'industry_certifications': 'int_laces__credentials'} -%}
    {{ return(ref(laces_names.get(kind, 'stg_laces__' ~ kind) if record_system() == 'laces' else 'stg_fcs__' ~ kind)) }}
{%- endmacro %}

{#- The extracts of the contract. Literal lists, because dbt reads references before it knows the graph;
    tests/python/test_staging_properties.py holds them against the sources. -#}
{% macro extract_names() -%}
    {{ return({'fcs': fcs_extract_names(), 'laces': laces_extract_names()}[record_system()]) }}
{%- endmacro %}

{% macro laces_extract_names() -%}
    {{ return([
        'agencies', 'assessments', 'attendance', 'class_enrollments', 'classes', 'employment', 'family_literacy', 'grants',
        'hse_tests', 'outcomes', 'performance_targets', 'personnel', 'postsecondary_credentials',
        'postsecondary_enrollments', 'spr_finance', 'students',
    ]) }}
{%- endmacro %}

{% macro fcs_extract_names() -%}
    {{ return([
        'agencies', 'ahs_diploma_options', 'completions', 'course_enrollments', 'course_sections', 'demographics',
        'employment', 'family_literacy', 'fetpip_status', 'grants', 'hse_completions', 'iet_certifications',
        'iet_programs', 'iet_supplemental', 'industry_certifications', 'occupational_completion_points', 'personnel',
        'postsecondary_credentials', 'postsecondary_enrollments', 'spr_finance', 'tests',
    ]) }}
{%- endmacro %}

{#- The contract of one extract: {natural_key, keep_duplicates, columns: [{name, type, code_list, not_before, pattern, alias}]}. -#}
{% macro extract_contract(extract) -%}
    {%- set contract = {'natural_key': [], 'keep_duplicates': false, 'columns': []} -%}
    {%- for source in (graph.sources.values() if execute else []) if source.source_name == record_system() and source.name == extract -%}
        {%- set meta = source.config.meta or source.meta -%}
        {%- do contract.update(natural_key=meta.get('natural_key', []), keep_duplicates=meta.get('keep_duplicates', false)) -%}
        {%- for column in source.columns.values() -%}
            {%- do contract['columns'].append(dict(column.config.meta or column.meta, name=column.name)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(contract) }}
{%- endmacro %}
