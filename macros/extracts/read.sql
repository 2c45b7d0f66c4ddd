{#- Reading a folder of extracts through the engine. Headers are read first and the columns named explicitly: under
    auto-detection a ragged line or a swapped header would load silently under wrong names. -#}

{% macro csv_options() -%}
    header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', max_line_size = 4194304
{%- endmacro %}

{#- More columns than a header may have: far above the widest extract, far below what slows the reader. -#}
{% macro most_columns() -%}
    {{ return(1000) }}
{%- endmacro %}

{% macro sql_text(value) -%}
    '{{ value | replace("'", "''") }}'
{%- endmacro %}

{#- A path as SQL text that names this one file: the reader would take its brackets, stars and question marks for a pattern. -#}
{% macro path_text(path) -%}
    {{ sql_text(path | replace('[', '[[]') | replace('*', '[*]') | replace('?', '[?]')) }}
{%- endmacro %}

{#- The parts of an extract in the order of their paths: [{path, source_file, format, columns, types, labels, header_fault}].
    `columns` are the names in the header; `labels` what they are read as: what is not in the contract has no name of its
    own. `types` are a parquet file's own. `header_fault` says why a CSV header cannot be read (see header_faults). -#}
{% macro extract_parts(extract) -%}
    {%- set folder = var('extracts_path') | string -%}
    {%- set names = extract_contract(extract)['columns'] | map(attribute='name') | list -%}
    {%- set listing -%}
        {%- for pattern in [extract ~ '.csv', extract ~ '.parquet', extract ~ '/*.csv', extract ~ '/*.parquet'] %}
        {{ 'union all' if not loop.first }} select file as path from glob(concat({{ path_text(folder) }}, '/{{ pattern }}'))
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
            'types': [],
            'labels': [],
            'header_fault': none,
        }) -%}
    {%- endfor -%}
    {%- for batch in parts | batch(200) -%}
        {%- set headers -%}
            {%- for part in batch %}
            {{ 'union all' if not loop.first }}
            {% if part.format == 'csv' -%}
            (select {{ loop.index0 }} as part_number, 0 as column_number, header_line, '' as column_type
            from {{ lines_of(part.path, 'ignore_errors = true') }} limit 1)
            {%- else -%}
            select {{ loop.index0 }} as part_number, row_number() over () as column_number, column_name as header_line, column_type
            from (describe select * from {{ parquet_scan([part]) }})
            {%- endif -%}
            {%- endfor %}
            order by part_number, column_number
        {%- endset -%}
        {%- for row in run_query(headers).rows -%}
            {%- set part = batch[row['part_number'] | int] -%}
            {%- if part.format == 'csv' -%}
                {%- set line = row['header_line'] or '' -%}
                {%- do read_header(part, (line[1:] if line.startswith('\ufeff') else line).rstrip('\r')) -%}
            {%- else -%}
                {%- do part['columns'].append(row['header_line'] or '') -%}
                {%- do part['types'].append(row['column_type']) -%}
            {%- endif -%}
        {%- endfor -%}
    {%- endfor -%}
    {#- The engine passes over a first line that it cannot read: asked where columns are missing. -#}
    {%- for part in parts if part.format == 'csv' and not part.header_fault and names | reject('in', part['columns']) | list -%}
        {%- do part.update(header_fault=first_line_fault(part.path)) -%}
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
        {{ path_text(path) }}, columns = {'header_line': 'varchar'}, header = false, auto_detect = false, hive_partitioning = false,
        delim = '{{ '\x1f' }}', quote = '', escape = '', strict_mode = false, max_line_size = 4194304,
        parallel = false, {{ options }}
    )
{%- endmacro %}

{#- The names of a CSV header line, commas inside quotes apart. Split at the quotes, since a pattern that looks ahead for
    them takes hours over a long line. -#}
{% macro read_header(part, line) -%}
    {%- set pieces = line.split('"') -%}
    {%- if pieces | length % 2 == 0 -%}
        {%- do part.update(header_fault='OPEN QUOTE') -%}
    {%- elif line.count(',') >= most_columns() -%}
        {%- do part.update(header_fault='TOO MANY NAMES') -%}
    {%- else -%}
        {%- set marked = [] -%}
        {%- for piece in pieces -%}
            {%- do marked.append(piece | replace(',', '\x1f') if loop.index0 % 2 == 0 else piece) -%}
        {%- endfor -%}
        {%- for name in (marked | join('"')).split('\x1f') -%}
            {%- do part['columns'].append(name.strip(' \t').strip('"').strip(' \t') | replace('""', '"')) -%}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{#- Why the engine cannot read the first line of a file, as it calls it; none where it can. -#}
{% macro first_line_fault(path) -%}
    {%- do run_query('drop table if exists nrs_rejected_lines; drop table if exists nrs_rejected_scans') -%}
    {%- do run_query('select count(header_line) from ' ~ lines_of(path, "store_rejects = true, rejects_table = 'nrs_rejected_lines', rejects_scan = 'nrs_rejected_scans', rejects_limit = 10")) -%}
    {%- set rejected = run_query("select min(cast(error_type as string)) as error_type from nrs_rejected_lines where line = 1 and cast(error_type as string) in ('INVALID ENCODING', 'LINE SIZE OVER MAXIMUM')") -%}
    {{ return(rejected.rows[0]['error_type']) }}
{%- endmacro %}

{#- Parts with one header (and format) are read together: [{format, labels, parts}]. Parquet files also need the same types
    and names throughout: the engine would read all as the first. -#}
{% macro extract_part_groups(parts) -%}
    {%- set groups = {} -%}
    {%- for part in parts -%}
        {%- set signature = tojson([part.format, part['labels'], part['columns'] if part.format == 'parquet' else [], part['types']]) -%}
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
        [{% for part in group.parts %}{{ path_text(part.path) }}{{ ', ' if not loop.last }}{% endfor %}],
        columns = { {%- for label in group['labels'] + extra_labels %}'{{ label }}': 'varchar'{{ ', ' if not loop.last }}{% endfor -%} },
        {{ csv_options() }}, filename = 'source_path', hive_partitioning = false{{ ', ' ~ options if options }}
    )
    {%- else -%}
    {{ parquet_scan(group.parts, ", filename = 'source_path'") }}
    {%- endif -%}
{%- endmacro %}

{#- A folder named `agency_id=013` is no column (hive_partitioning), here as above. -#}
{% macro parquet_scan(parts, options='') -%}
    read_parquet(
        [{% for part in parts %}{{ path_text(part.path) }}{{ ', ' if not loop.last }}{% endfor %}], hive_partitioning = false{{ options }}
    )
{%- endmacro %}

{#- Every record of an extract as text, with the file it stands in and its record number (1 = the first after the header). -#}
{% macro read_extract(extract) -%}
    {%- if var('extracts_path', none) -%}
    {{ read_extract_files(extract) if execute }}
    {%- elif record_system() == 'fcs' -%}
    select
        '{{ extract }}.csv' as source_file,
        {{ number_as_stored() }} as record_number,
        records.*
    from {{ ref(extract) }} as records
    {%- elif execute -%}
    {%- do exceptions.raise_compiler_error(
        'Only the sample of Florida stands in seeds. Give a folder of LACES extracts, for instance the sample of the state: '
        ~ "--vars '{state: " ~ var('state') ~ ", extracts_path: examples/mississippi}' (or examples/missouri)."
    ) -%}
    {%- endif -%}
{%- endmacro %}

{#- The rows of a table counted as they were stored. -#}
{% macro number_as_stored() -%}
    {{ return(adapter.dispatch('number_as_stored', 'nrs')()) }}
{%- endmacro %}

{% macro default__number_as_stored() -%}
    row_number() over (order by monotonically_increasing_id())
{%- endmacro %}

{% macro duckdb__number_as_stored() -%}
    row_number() over ()
{%- endmacro %}

{#- Another engine doesn't read the files itself: `extracts_path` names the schema that they were loaded into, a table an
    extract, its columns text under the names of the contract, with `source_file` and `record_number` (docs/engines.md). -#}
{% macro read_extract_files(extract) -%}
    {{ return(adapter.dispatch('read_extract_files', 'nrs')(extract)) }}
{%- endmacro %}

{% macro default__read_extract_files(extract) -%}
    select
        source_file,
        record_number,
        {%- for column in extract_contract(extract)['columns'] %}
        {{ column.name }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ var('extracts_path') }}.{{ extract }}
{%- endmacro %}

{% macro duckdb__read_extract_files(extract) -%}
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
            {{ 'cast(' ~ name ~ ' as string) as ' ~ name if group.format == 'parquet' else name }}{{ ',' if not loop.last }}
            {%- endfor %}
        from {{ extract_scan(group) }}
    ) as records
    {%- endfor %}
{%- endmacro %}
