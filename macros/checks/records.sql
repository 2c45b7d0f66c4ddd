{#- Agency and term of a record as it gives them, null where the extract has none: `agency_id` and `term`, 23242E or the year
    alone. -#}
{% macro record_place(names, alias='') -%}
    {%- set prefix = alias ~ '.' if alias else '' -%}
    {{ prefix ~ 'agency_id' if 'agency_id' in names else 'cast(null as string)' }} as agency_id,
        {% if 'term_id' in names -%}
        concat({{ prefix }}reporting_year, {{ prefix }}term_id)
        {%- elif 'reporting_year' in names -%}
        {{ prefix }}reporting_year
        {%- else -%}
        cast(null as string)
        {%- endif %} as term
{%- endmacro %}

{#- True where a value may name or identify a person, so that only its shape is shown: every value of the contract's
    identifying columns, and what looks like a FLEID, an id or, where a code should stand, a date. Values stray into the
    column beside theirs. -#}
{% macro may_identify(column_name, value, is_code) -%}
    {%- set names = [''] -%}
    {%- for extract in extract_names() -%}
        {%- do names.extend(extract_contract(extract)['columns'] | selectattr('identifies', 'defined') | map(attribute='name')) -%}
    {%- endfor -%}
    coalesce(
        {{ column_name }} in ('{{ names | unique | join("', '") }}')
        or {{ matches(value, 'FL[0-9]|[0-9]{9}') }}
        or ({{ is_code }} and {{ matches(value, '[0-9]{6}') }}),
        false
    )
{%- endmacro %}

{#- Records of each extract, agency, column with a code list and code, as the base models have them. -#}
{% macro code_counts() -%}
    {%- set blocks = [] -%}
    {%- for extract in extract_names() -%}
        {%- set base = base_records(extract) -%}
        {%- set columns = extract_contract(extract)['columns'] -%}
        {%- set agency_id = 'agency_id' if 'agency_id' in columns | map(attribute='name') else 'cast(null as string)' -%}
        {%- for column in columns if column.code_list is defined -%}
            {%- set block %}
    select
        '{{ extract }}' as extract_name,
        {{ agency_id }} as agency_id,
        '{{ column.name }}' as column_name,
        '{{ column.code_list }}' as code_list,
        {{ column.name }} as code,
        count(*) as records
    from {{ base }}
    group by all
            {%- endset -%}
            {%- do blocks.append(block | trim) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ blocks | join('\n    union all\n    ') }}
{%- endmacro %}

{#- Records of each file of an extract, counted once more by a single reader, apart from the base models. -#}
{% macro file_record_counts(extract) -%}
    {{ return(adapter.dispatch('file_record_counts', 'nrs')(extract)) }}
{%- endmacro %}

{% macro default__file_record_counts(extract) -%}
    select
        source_file,
        count(*) as records
    from ({{ read_extract(extract) }}) as records
    group by source_file
{%- endmacro %}

{% macro duckdb__file_record_counts(extract) -%}
    {%- if not var('extracts_path', none) -%}
    {{ default__file_record_counts(extract) }}
    {%- elif execute -%}
    {%- for group in extract_part_groups(extract_parts(extract)) %}
    {{ 'union all' if not loop.first }}
    select
        substr(replace(source_path, '\', '/'), {{ group.parts[0].path | length - group.parts[0].source_file | length + 1 }}) as source_file,
        count(*) as records
    from {{ extract_scan(group, 'parallel = false' if group.format == 'csv' else '') }}
    group by source_path
    {%- endfor %}
    {%- endif -%}
{%- endmacro %}

{#- The files in the folder that are no file of the contract: what stands there under another name or too deep is not read. -#}
{% macro files_not_read() -%}
    {{ return(adapter.dispatch('files_not_read', 'nrs')()) }}
{%- endmacro %}

{% macro default__files_not_read() -%}
    select cast(null as string) as source_file
    where false
{%- endmacro %}

{% macro duckdb__files_not_read() -%}
    {%- if not var('extracts_path', none) -%}
    {{ default__files_not_read() }}
    {%- else -%}
    {%- set folder = var('extracts_path') | string -%}
    {#- The folder's own brackets are no pattern. -#}
    {%- set folder_pattern = folder | replace('[', '[[]') | replace('*', '[*]') | replace('?', '[?]') -%}
    {%- set names = extract_names() | join('|') -%}
    select source_file
    from (
        select ltrim(replace(substr(file, {{ folder | length + 1 }}), '\', '/'), '/') as source_file
        from glob({{ sql_text(folder_pattern ~ '/**') }})
    ) as files
    where not {{ matches('source_file', '^(' ~ names ~ ')(/[^/]+)?[.](csv|parquet)$') }}
    {%- endif -%}
{%- endmacro %}

{#- What is wrong with single records, whatever the record system: the CTEs `faults` (values) and `repeats` (records that
    another one stands for). -#}
{% macro fault_and_repeat_ctes() -%}
faults as (
    select
        extract_name,
        source_file,
        record_number,
        agency_id,
        term,
        column_name,
        value,
        reason as finding,
        action,
        cast(null as string) as kept_source_file,
        cast(null as bigint) as kept_record_number
    from {{ ref('rejected_rows') }}
),

repeats as (
    select
        repeated.extract_name,
        repeated.source_file,
        repeated.record_number,
        records.agency_id,
        records.term,
        cast(null as string) as column_name,
        cast(null as string) as value,
        repeated.disposition as finding,
        repeated.disposition as action,
        repeated.kept_source_file,
        repeated.kept_record_number
    from {{ base_records('repeated_records') }} as repeated
    inner join {{ ref('int_input_records') }} as records
        on
            repeated.extract_name = records.extract_name
            and repeated.source_file = records.source_file
            and repeated.record_number = records.record_number
)
{%- endmacro %}

{#- The findings of a CTE of that name as they are listed, numbered within their kind. -#}
{% macro listed_findings() -%}
select
    extract_name,
    source_file,
    record_number,
    agency_id,
    term,
    column_name,
    value,
    {{ may_identify('column_name', 'value', "finding = 'unknown_code'") }} as is_identifying,
    finding,
    action,
    kept_source_file,
    kept_record_number,
    cast(row_number() over (
        partition by finding, action, extract_name, source_file, agency_id, term, column_name
        order by record_number
    ) as integer) as example_number
from findings
{%- endmacro %}
