{#- The input contract is the source `fcs` (models/staging/fcs/_fcs__sources.yml): its columns, types, code lists and keys
    drive reading, checking and staging, so that the contract stands in one place. -#}

{#- The extracts of the contract. A literal list, because dbt reads references before it knows the graph;
    tests/python/test_staging_properties.py holds it against the source. -#}
{% macro extract_names() -%}
    {{ return([
        'agencies', 'ahs_diploma_options', 'completions', 'course_enrollments', 'course_sections', 'demographics',
        'employment', 'family_literacy', 'fetpip_status', 'grants', 'hse_completions', 'iet_certifications',
        'iet_programs', 'iet_supplemental', 'industry_certifications', 'occupational_completion_points', 'personnel',
        'postsecondary_credentials', 'postsecondary_enrollments', 'spr_finance', 'tests',
    ]) }}
{%- endmacro %}

{#- The contract of one extract: {natural_key, keep_duplicates, columns: [{name, type, code_list, not_before, pattern}]}. -#}
{% macro extract_contract(extract) -%}
    {%- set contract = {'natural_key': [], 'keep_duplicates': false, 'columns': []} -%}
    {%- for source in (graph.sources.values() if execute else []) if source.source_name == 'fcs' and source.name == extract -%}
        {%- set meta = source.config.meta or source.meta -%}
        {%- do contract.update(natural_key=meta.get('natural_key', []), keep_duplicates=meta.get('keep_duplicates', false)) -%}
        {%- for column in source.columns.values() -%}
            {%- do contract['columns'].append(dict(column.config.meta or column.meta, name=column.name)) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(contract) }}
{%- endmacro %}
