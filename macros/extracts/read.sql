{#- Reading a folder of extracts through the engine. Headers are read first and the columns named explicitly: under
    auto-detection a ragged line or a swapped header would load silently under wrong names. -#}

{% macro csv_options() -%}
    header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', max_line_size = 4194304
{%- endmacro %}

{% macro sql_text(value) -%}
    '{{ value | replace("'", "''") }}'
{%- endmacro %}

{#- The parts of an extract in the order of their paths: [{path, source_file, format, columns, labels, is_utf8}]. `columns`
    are the names in the header; `labels` what they are read as: what is not in the contract has no name of its own. -#}
{% macro extract_parts(extract) -%}
    {%- set folder = var('extracts_path') | string -%}
    {#- The folder's own brackets are no pattern. -#}
    {%- set folder_pattern = folder | replace('[', '[[]') | replace('*', '[*]') | replace('?', '[?]') -%}
    {%- set names = extract_contract(extract)['columns'] | map(attribute='name') | list -%}
    {%- set listing -%}
        {%- for pattern in [extract ~ '.csv', extract ~ '.parquet', extract ~ '/*.csv', extract ~ '/*.parquet'] %}
        {{ 'union all' if not loop.first }} select file as path from glob({{ sql_text(folder_pattern ~ '/' ~ pattern) }})
        {%- endfor %}
        order by path
    {%- endset -%}
    {%- set parts = [] -%}
    {%- for row in run_query(listing).rows -%}
        {%- set path = row['path'] -%}
        {%- do parts.append({
            'path': path,
            'source_file': path[folder | length:] | replace('\\', '/') | trim('/'),
            'format': path.split('.')[-1],
            'columns': [],
            'labels': [],
            'is_utf8': true,
        }) -%}
    {%- endfor -%}
    {%- for batch in parts | batch(200) -%}
        {%- set headers -%}
            {%- for part in batch %}
            {{ 'union all' if not loop.first }}
            {% if part.format == 'csv' -%}
            (select {{ loop.index0 }} as part_number, 0 as column_number, header_line
            from {{ lines_of(part.path, 'ignore_errors = true') }} limit 1)
            {%- else -%}
            (select {{ loop.index0 }} as part_number, column_number, name as header_line
            from (
                select name, row_number() over () as column_number, num_children
                from parquet_schema({{ sql_text(part.path) }})
            ) where num_children is null)
            {%- endif -%}
            {%- endfor %}
            order by part_number, column_number
        {%- endset -%}
        {%- for row in run_query(headers).rows -%}
            {%- set part = batch[row['part_number'] | int] -%}
            {%- if part.format == 'csv' -%}
                {%- set line = (row['header_line'] or '') | replace('\ufeff', '') | replace('\r', '') -%}
                {%- for name in modules.re.split(',(?=(?:[^"]*"[^"]*")*[^"]*$)', line) -%}
                    {%- do part['columns'].append(name | trim | trim('"') | trim) -%}
                {%- endfor -%}
                {%- if names | reject('in', part['columns']) | list -%}
                    {%- do part.update(is_utf8=is_utf8_header(part.path)) -%}
                {%- endif -%}
            {%- else -%}
                {%- do part['columns'].append(row['header_line']) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for part in parts -%}
        {%- for name in part['columns'] -%}
            {%- do part['labels'].append(name if name in names and name not in part['labels'] else 'extra_' ~ loop.index) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(parts) }}
{%- endmacro %}

{% macro lines_of(path, options) -%}
    read_csv(
        {{ sql_text(path) }}, columns = {'header_line': 'varchar'}, header = false, auto_detect = false,
        delim = '{{ '\x1f' }}', quote = '', escape = '', strict_mode = false, max_line_size = 4194304,
        parallel = false, {{ options }}
    )
{%- endmacro %}

{#- The engine passes over a header that is not UTF-8, so that the first record seems to be it: asked where columns are
    missing. -#}
{% macro is_utf8_header(path) -%}
    {%- do run_query('drop table if exists nrs_rejected_lines; drop table if exists nrs_rejected_scans') -%}
    {%- do run_query('select count(header_line) from ' ~ lines_of(path, "store_rejects = true, rejects_table = 'nrs_rejected_lines', rejects_scan = 'nrs_rejected_scans', rejects_limit = 10")) -%}
    {%- set rejected = run_query("select count(*) as rejected from nrs_rejected_lines where line = 1 and cast(error_type as varchar) = 'INVALID ENCODING'") -%}
    {{ return(rejected.rows[0]['rejected'] == 0) }}
{%- endmacro %}

{#- Parts with one header (and format) are read together: [{format, labels, parts}]. -#}
{% macro extract_part_groups(parts) -%}
    {%- set groups = {} -%}
    {%- for part in parts -%}
        {%- set signature = part.format ~ ':' ~ part['labels'] | join(',') -%}
        {%- if signature not in groups -%}
            {%- do groups.update({signature: {'format': part.format, 'labels': part['labels'], 'parts': []}}) -%}
        {%- endif -%}
        {%- do groups[signature]['parts'].append(part) -%}
    {%- endfor -%}
    {{ return(groups.values() | list) }}
{%- endmacro %}

{#- `extra_labels` are columns read after the header's, `options` further settings of the reader. -#}
{% macro extract_scan(group, options='', extra_labels=[]) -%}
    {%- if group.format == 'csv' -%}
    read_csv(
        [{% for part in group.parts %}{{ sql_text(part.path) }}{{ ', ' if not loop.last }}{% endfor %}],
        columns = { {%- for label in group['labels'] + extra_labels %}'{{ label }}': 'varchar'{{ ', ' if not loop.last }}{% endfor -%} },
        {{ csv_options() }}, filename = 'source_path'{{ ', ' ~ options if options }}
    )
    {%- else -%}
    read_parquet([{% for part in group.parts %}{{ sql_text(part.path) }}{{ ', ' if not loop.last }}{% endfor %}], filename = 'source_path')
    {%- endif -%}
{%- endmacro %}

{#- Every record of an extract as text, with the file it stands in and its record number (1 = the first after the header). -#}
{% macro read_extract(extract) -%}
    {{ return(adapter.dispatch('read_extract', 'nrs')(extract)) }}
{%- endmacro %}

{% macro default__read_extract(extract) -%}
    {%- if not var('extracts_path', none) -%}
    select
        '{{ extract }}.csv' as source_file,
        row_number() over () as record_number,
        records.*
    from {{ ref(extract) }} as records
    {%- elif execute -%}
    {%- set names = extract_contract(extract)['columns'] | map(attribute='name') | list -%}
    {%- set parts = extract_parts(extract) -%}
    {%- for group in extract_part_groups(parts) %}
    {{ 'union all' if not loop.first }}
    select
        {%- if group.parts | length == 1 %}
        {{ sql_text(group.parts[0].source_file) }} as source_file,
        group_record as record_number,
        {%- else %}
        substr(replace(source_path, '\', '/'), {{ group.parts[0].path | length - group.parts[0].source_file | length + 1 }}) as source_file,
        group_record - min(group_record) over (partition by source_path) + 1 as record_number,
        {%- endif %}
        {%- for name in names %}
        {{ name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from (
        select
            source_path,
            row_number() over () as group_record,
            {%- for name in names %}
            {{ 'cast(' ~ name ~ ' as varchar) as ' ~ name if group.format == 'parquet' else name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ extract_scan(group) }}
    ) as records
    {%- endfor %}
    {%- endif -%}
{%- endmacro %}
