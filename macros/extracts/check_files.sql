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
    {%- if not parts -%}
        {%- do faults.append(
            extract ~ '.csv: file missing. Add the file, or a folder ' ~ extract ~ '/ with its parts; an extract without records still needs its header line.'
        ) -%}
    {%- endif -%}
    {%- set names = extract_contract(extract)['columns'] | map(attribute='name') | list -%}
    {%- for part in parts -%}
        {%- set missing = names | reject('in', part['columns']) | list -%}
        {%- if part['columns'] | select | list | length == 0 -%}
            {%- do faults.append(part.source_file ~ ': line 1: the file is empty. Add the header line: ' ~ names | join(',')) -%}
        {%- elif missing -%}
            {%- do faults.append(
                part.source_file ~ ': line 1: missing column(s) ' ~ missing | join(', ') ~ '. Found: ' ~ part['columns'] | join(', ')
                ~ '. Add the column(s) to the header; columns are matched by name.'
            ) -%}
        {%- endif -%}
        {%- for name in part['columns'] | select | reject('in', names) -%}
            {%- do unknown.update({name: unknown.get(name, []) + [part.source_file]}) -%}
        {%- endfor -%}
        {%- for name in part['columns'] | unique if part['columns'].count(name) > 1 -%}
            {%- do faults.append(part.source_file ~ ': line 1: column ' ~ (name or '(blank)') ~ ' stands more than once. Keep one.') -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- for name, files in unknown.items() -%}
        {%- do log('Extracts: column ' ~ name ~ ' is not in the contract and was ignored, in ' ~ files | length ~ ' file(s), the first ' ~ files[0], info=true) -%}
    {%- endfor -%}
    {%- for group in extract_part_groups(parts) if group.format == 'csv' and group['columns'] | select | list and group['columns'] | unique | list | length == group['columns'] | length -%}
        {%- do faults.extend(csv_line_faults(group)) -%}
    {%- endfor -%}
    {{ return(faults) }}
{%- endmacro %}

{#- Reads every value once; the engine sets aside the lines it cannot read. -#}
{% macro csv_line_faults(group) -%}
    {%- do run_query('drop table if exists nrs_rejected_lines; drop table if exists nrs_rejected_scans') -%}
    {%- set scan -%}
        select
            {%- for name in group['columns'] %}
            count("{{ name | replace('"', '""') }}"){{ ',' if not loop.last }}
            {%- endfor %}
        from {% call extract_scan(group) %}store_rejects = true, rejects_table = 'nrs_rejected_lines', rejects_scan = 'nrs_rejected_scans', rejects_limit = 1000{% endcall %}
    {%- endset -%}
    {%- do run_query(scan) -%}
    {%- set rejected -%}
        select rejected_lines.*, count(*) over () as faults
        from (
            select distinct scans.file_path, lines.line, cast(lines.error_type as varchar) as error_type
            from nrs_rejected_lines as lines
            inner join nrs_rejected_scans as scans on lines.scan_id = scans.scan_id and lines.file_id = scans.file_id
        ) as rejected_lines
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
