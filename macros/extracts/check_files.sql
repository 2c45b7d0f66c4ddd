{#- Before anything is built: every file of the contract is there, has its columns, is UTF-8 and has no ragged line.
    All faults are listed at once, since they are mended by hand, at night, under a deadline (What bad input gets). -#}
{% macro check_extract_files() -%}
    {%- if execute and var('extracts_path', none) and flags.WHICH in ('build', 'run') -%}
        {%- set faults = [] -%}
        {%- for extract in extract_names() -%}
            {%- do faults.extend(extract_file_faults(extract)) -%}
        {%- endfor -%}
        {%- if faults -%}
            {%- do exceptions.raise_compiler_error(
                'The extracts in ' ~ var('extracts_path') ~ ' cannot be read as the extract contract says. Nothing was built. '
                ~ faults | length ~ ' fault(s):\n- ' ~ faults | join('\n- ')
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro extract_file_faults(extract) -%}
    {%- set faults = [] -%}
    {%- set unknown = {} -%}
    {%- set parts = extract_parts(extract) -%}
    {%- set names = extract_contract(extract)['columns'] | map(attribute='name') | list -%}
    {%- if not parts -%}
        {%- do faults.append(
            extract ~ '.csv: file missing. Add the file, or a folder ' ~ extract ~ '/ with its parts; an extract without records still needs its header line.'
        ) -%}
    {%- endif -%}
    {%- if parts | length > 1 and (extract ~ '.csv' in parts | map(attribute='source_file') or extract ~ '.parquet' in parts | map(attribute='source_file')) -%}
        {%- do faults.append(
            extract ~ ': stands there twice: ' ~ parts | map(attribute='source_file') | join(', ') ~ '. Keep one file, or the folder with its parts.'
        ) -%}
    {%- endif -%}
    {%- for part in parts -%}
        {%- set missing = names | reject('in', part['columns']) | list -%}
        {%- if not part.is_utf8 -%}
            {%- do faults.append(part.source_file ~ ': line 1: the header is not UTF-8. Export the file as UTF-8.') -%}
        {%- elif part['columns'] | select | list | length == 0 -%}
            {%- do faults.append(part.source_file ~ ': line 1: the file is empty. Add the header line: ' ~ names | join(',')) -%}
        {%- elif missing -%}
            {%- do faults.append(
                part.source_file ~ ': line 1: missing column(s) ' ~ missing | join(', ') ~ '. Found: ' ~ part['columns'] | join(', ')
                ~ '. Add the column(s) to the header; columns are matched by name.'
            ) -%}
        {%- endif -%}
        {%- for name in part['columns'] if name not in names -%}
            {%- do unknown.update({name or '(without a name)': unknown.get(name or '(without a name)', []) + [part.source_file]}) -%}
        {%- endfor -%}
        {%- for name in part['columns'] | select('in', names) | unique if part['columns'].count(name) > 1 -%}
            {%- do faults.append(part.source_file ~ ': line 1: column ' ~ name ~ ' stands more than once. Keep one.') -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if not faults -%}
        {%- for name, files in unknown.items() -%}
            {%- do log('Extracts: column ' ~ name ~ ' is not in the contract and was ignored, in ' ~ files | length ~ ' place(s), the first ' ~ files[0], info=true) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- for group in extract_part_groups(parts | selectattr('is_utf8') | list) if group.format == 'csv' and group.parts[0]['columns'] | select | list -%}
        {%- do faults.extend(csv_line_faults(group)) -%}
    {%- endfor -%}
    {{ return(faults) }}
{%- endmacro %}

{#- Reads every value once; the engine sets aside the lines it cannot read. It lets a field too many pass where that one is
    blank, so a second, cheaper scan looks for a value behind the last column. -#}
{% macro csv_line_faults(group) -%}
    {%- set rejects = "store_rejects = true, rejects_table = 'nrs_rejected_lines', rejects_scan = 'nrs_rejected_scans', rejects_limit = 1000" -%}
    {%- do run_query('drop table if exists nrs_rejected_lines; drop table if exists nrs_rejected_scans') -%}
    {%- set scan -%}
        select
            {%- for label in group['labels'] %}
            count({{ label }}){{ ',' if not loop.last }}
            {%- endfor %}
        from {{ extract_scan(group, rejects) }}
    {%- endset -%}
    {%- do run_query(scan) -%}
    {%- set surplus -%}
        create or replace temp table nrs_surplus_fields as
        select
            source_path,
            record_number + 1 as line
        from (
            select
                source_path,
                surplus_field,
                group_record - min(group_record) over (partition by source_path) + 1 as record_number
            from (
                select
                    source_path,
                    surplus_field,
                    row_number() over () as group_record
                from {{ extract_scan(group, "null_padding = true, ignore_errors = true, parallel = false, nullstr = '\x01'", ['surplus_field']) }}
            ) as records
        ) as numbered
        where surplus_field = ''
        limit 1000
    {%- endset -%}
    {%- do run_query(surplus) -%}
    {%- set rejected -%}
        select faults.*, count(*) over () as faults
        from (
            select distinct scans.file_path, lines.line, cast(lines.error_type as varchar) as error_type
            from nrs_rejected_lines as lines
            inner join nrs_rejected_scans as scans on lines.scan_id = scans.scan_id and lines.file_id = scans.file_id
            union
            select source_path as file_path, line, 'TOO MANY COLUMNS' as error_type
            from nrs_surplus_fields
        ) as faults
        order by file_path, line
        limit 100
    {%- endset -%}
    {%- set remedies = {
        'MISSING COLUMNS': 'the line has fewer fields than the header. Complete the line, or quote the field that holds a line break.',
        'TOO MANY COLUMNS': 'the line has more fields than the header. Quote the field that holds a comma.',
        'INVALID ENCODING': 'the line is not UTF-8. Export the file as UTF-8.',
        'UNQUOTED VALUE': 'a quote is not closed. Close it, or double a quote inside a quoted field.',
        'LINE SIZE OVER MAXIMUM': 'the line is longer than 4 MiB. A quote is probably not closed.',
    } -%}
    {%- set faults = [] -%}
    {%- set prefix = group.parts[0].path | length - group.parts[0].source_file | length -%}
    {%- for row in run_query(rejected).rows -%}
        {%- do faults.append(
            row['file_path'][prefix:] ~ ': line ' ~ row['line'] ~ ': '
            ~ remedies.get(row['error_type'] | string, 'the line cannot be read (' ~ row['error_type'] ~ ').')
        ) -%}
        {%- if loop.last and row['faults'] > 100 -%}
            {%- do faults.append('... and ' ~ (row['faults'] - 100) ~ ' more lines of the extract like these.') -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(faults) }}
{%- endmacro %}
