{#- Before anything is built: every file of the contract is there, has its columns, is UTF-8 and has no ragged line.
    All faults are listed at once, since they are mended by hand, at night, under a deadline (What bad input gets). Another
    engine gets its tables from whoever loads them. -#}
{% macro check_extract_files() -%}
    {{ return(adapter.dispatch('check_extract_files', 'nrs')()) }}
{%- endmacro %}

{% macro default__check_extract_files() -%}
{%- endmacro %}

{% macro duckdb__check_extract_files() -%}
    {%- if execute and var('extracts_path', none) and flags.WHICH in ('build', 'run') -%}
        {%- set faults = [] -%}
        {%- for extract in extract_names() -%}
            {%- do faults.extend(extract_file_faults(extract)) -%}
        {%- endfor -%}
        {%- set said = [] -%}
        {%- for fault in faults -%}
            {%- do log('Extracts: fault ' ~ tojson(fault), info=true) -%}
            {%- do said.append(
                fault.file ~ (': line ' ~ fault.line if fault.line is not none else '') ~ ': ' ~ fault.reason ~ '. ' ~ fault.remedy
            ) -%}
        {%- endfor -%}
        {%- if faults -%}
            {%- do exceptions.raise_compiler_error(
                'The extracts in ' ~ var('extracts_path') ~ ' cannot be read as the extract contract says. Nothing was built. '
                ~ faults | length ~ ' fault(s):\n- ' ~ said | join('\n- ')
            ) -%}
        {%- endif -%}
    {%- endif -%}
{%- endmacro %}

{% macro file_fault(file, reason, remedy, line=none, column=none) -%}
    {{ return({'file': file, 'line': line, 'column': column, 'reason': reason, 'remedy': remedy}) }}
{%- endmacro %}

{#- The faults of an extract's files: [{file, line, column, reason, remedy}], the file relative to the folder, line and
    column none where unknown. No text quotes a value: it may name a person. -#}
{% macro extract_file_faults(extract) -%}
    {%- set faults = [] -%}
    {%- set unknown = {} -%}
    {%- set parts = extract_parts(extract) -%}
    {%- set names = extract_contract(extract)['columns'] | map(attribute='name') | list -%}
    {%- set files = parts | map(attribute='source_file') | list -%}
    {%- if not parts -%}
        {%- do faults.append(file_fault(
            extract ~ '.csv', 'file missing',
            'Add the file, or a folder of its name with its parts; an extract without records still needs its header line.'
        )) -%}
    {%- endif -%}
    {%- if files | length > 1 and (extract ~ '.csv' in files or extract ~ '.parquet' in files) -%}
        {%- set shown = files[:10] | join(', ') ~ (' and ' ~ (files | length - 10) ~ ' more' if files | length > 10 else '') -%}
        {%- do faults.append(file_fault(
            extract ~ ('.csv' if extract ~ '.csv' in files else '.parquet'), 'the extract stands there twice: ' ~ shown,
            'Keep one file, or the folder with its parts.'
        )) -%}
    {%- endif -%}
    {%- for part in parts -%}
        {%- do faults.extend(header_faults(part, names)) -%}
        {%- for name in part['columns'] if name not in names -%}
            {%- do unknown.update({name or '(without a name)': unknown.get(name or '(without a name)', []) + [part.source_file]}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- if not faults -%}
        {%- for name, files in (unknown.items() | list)[:20] -%}
            {%- do log('Extracts: column ' ~ name[:100] ~ ' is not in the contract and was ignored, in ' ~ files | length ~ ' place(s), the first ' ~ files[0], info=true) -%}
        {%- endfor -%}
        {%- if unknown | length > 20 -%}
            {%- do log('Extracts: ' ~ (unknown | length - 20) ~ ' more columns of ' ~ extract ~ ' are not in the contract and were ignored', info=true) -%}
        {%- endif -%}
    {%- endif -%}
    {#- Without a single name of the contract there is no header to hold the lines against. -#}
    {%- for group in extract_part_groups(parts | rejectattr('header_fault') | list) if group.format == 'csv' and group.parts[0]['columns'] | select('in', names) | list -%}
        {%- do faults.extend(csv_line_faults(group)) -%}
    {%- endfor -%}
    {{ return(faults) }}
{%- endmacro %}

{#- The faults of one part's header against the contract's names. Of the names found, those not in the contract are given by
    their place alone: in a file without a header they are the first person's values. -#}
{% macro header_faults(part, names) -%}
    {%- set faults = [] -%}
    {%- set missing = names | reject('in', part['columns']) | list -%}
    {%- set unreadable = {
        'INVALID ENCODING': ['the header is not UTF-8', 'Export the file as UTF-8.'],
        'LINE SIZE OVER MAXIMUM': ['the header is longer than 4 MiB', 'Begin the file with the header line, and end it with a line break: ' ~ names | join(',')],
        'OPEN QUOTE': ['a column name holds a line break, or its quote is not closed', 'Write the header on one line: ' ~ names | join(',')],
        'TOO MANY NAMES': ['the header has more than ' ~ most_columns() ~ ' columns', 'Keep the columns of the contract: ' ~ names | join(',')],
    } -%}
    {%- if part.header_fault -%}
        {%- do faults.append(file_fault(part.source_file, *unreadable[part.header_fault], line=1)) -%}
    {%- elif part['columns'] | select | list | length == 0 -%}
        {%- do faults.append(file_fault(part.source_file, 'the file is empty, or begins with a blank line', 'Add the header line: ' ~ names | join(','), line=1)) -%}
    {%- elif missing | length == names | length -%}
        {%- set line = part['columns'] | join(',') -%}
        {%- if [line.count(';'), line.count('\t'), line.count('|')] | max >= names | length - 1 -%}
            {%- set reason = 'the names are separated by another mark than the comma' -%}
        {%- elif names | reject('in', part['columns'] | map('lower') | list) | list | length < names | length / 2 -%}
            {%- set reason = 'the names are not in small letters' -%}
        {%- else -%}
            {%- set reason = 'the line holds no name of the contract, it may be a record' -%}
        {%- endif -%}
        {%- do faults.append(file_fault(
            part.source_file, 'missing column(s) ' ~ missing | join(', ') ~ ': ' ~ reason,
            'Add the header line: ' ~ names | join(','), line=1, column=missing | join(', ')
        )) -%}
    {%- elif missing -%}
        {%- set places = [] -%}
        {%- set near = [] -%}
        {%- for name in part['columns'] if name not in names -%}
            {%- set place = part['columns'].index(name) + 1 -%}
            {%- do places.append(place) -%}
            {%- for wanted in missing if modules.re.sub('[^a-z0-9]', '', name | lower) == wanted | replace('_', '') -%}
                {%- do near.append(' Write the name in place ' ~ place ~ ' as ' ~ wanted ~ '.') -%}
            {%- endfor -%}
        {%- endfor -%}
        {%- do faults.append(file_fault(
            part.source_file,
            'missing column(s) ' ~ missing | join(', ') ~ '. Found: ' ~ part['columns'] | select('in', names) | join(', ')
            ~ (', and other names in place ' ~ places[:20] | unique | join(', ') if places else ''),
            'Add the column(s) to the header; columns are matched by name.' ~ near | join, line=1, column=missing | join(', ')
        )) -%}
    {%- endif -%}
    {%- for name in part['columns'] | select('in', names) | unique if part['columns'].count(name) > 1 -%}
        {%- do faults.append(file_fault(part.source_file, 'column ' ~ name ~ ' stands more than once', 'Keep one.', line=1, column=name)) -%}
    {%- endfor -%}
    {%- if part.format == 'parquet' and 'source_path' in part['columns'] | map('lower') -%}
        {%- do faults.append(file_fault(part.source_file, 'a column is named source_path, as the place of a record is', 'Leave it out, or rename it.', column='source_path')) -%}
    {%- endif -%}
    {{ return(faults) }}
{%- endmacro %}

{#- Reads every value once; the engine sets aside the lines it cannot read. It lets a field too many pass where that one is
    blank, so a second, cheaper scan looks for a value behind the last column. A quote that is open at the end of a file
    passes too once the engine reads by one thread a file, as it does with more files than two a thread: read in batches. -#}
{% macro csv_line_faults(group) -%}
    {%- set rejects = "store_rejects = true, rejects_table = 'nrs_rejected_lines', rejects_scan = 'nrs_rejected_scans', rejects_limit = 1000" -%}
    {%- do run_query('drop table if exists nrs_rejected_lines; drop table if exists nrs_rejected_scans') -%}
    {%- set threads = run_query("select current_setting('threads') as threads").rows[0]['threads'] -%}
    {%- do run_query('set threads = 4') -%}
    {%- for batch in group.parts | batch(8) -%}
        {%- set scan -%}
            select
                {%- for label in group['labels'] %}
                count({{ label }}){{ ',' if not loop.last }}
                {%- endfor %}
            from {{ extract_scan(dict(group, parts=batch), rejects) }}
        {%- endset -%}
        {%- do run_query(scan) -%}
    {%- endfor -%}
    {%- do run_query('set threads = ' ~ threads | int) -%}
    {%- set surplus_scan = extract_scan(group, "null_padding = true, ignore_errors = true, parallel = false, nullstr = '\x01'", ['surplus_field']) -%}
    {#- The lines are numbered, which takes as long again, only where there are any. -#}
    {%- set surplus_lines = run_query("select count(*) as lines from " ~ surplus_scan ~ " where surplus_field = ''").rows[0]['lines'] -%}
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
                from {{ surplus_scan }}
            ) as records
        ) as numbered
        where surplus_field = ''
        limit 1000
    {%- endset -%}
    {%- if surplus_lines -%}
        {%- do run_query(surplus) -%}
    {%- endif -%}
    {%- set rejected -%}
        select
            file_path,
            line,
            -- One fault a line: what hides the fields comes before their number.
            substr(min(concat(case when error_type like '% COLUMNS' then 1 else 0 end, error_type)), 2) as error_type,
            count(*) over () as faults
        from (
            select scans.file_path, lines.line, cast(lines.error_type as string) as error_type
            from nrs_rejected_lines as lines
            inner join nrs_rejected_scans as scans on lines.scan_id = scans.scan_id and lines.file_id = scans.file_id
            {%- if surplus_lines %}
            union
            select source_path as file_path, line, 'TOO MANY COLUMNS' as error_type
            from nrs_surplus_fields
            {%- endif %}
        ) as faults
        group by file_path, line
        order by file_path, line
        limit 100
    {%- endset -%}
    {%- set known = {
        'MISSING COLUMNS': ['the line has fewer fields than the header', 'Complete the line, or quote the field that holds a line break.'],
        'TOO MANY COLUMNS': ['the line has more fields than the header', 'Quote the field that holds a comma.'],
        'INVALID ENCODING': ['the line is not UTF-8', 'Export the file as UTF-8.'],
        'UNQUOTED VALUE': ['a quote is not closed', 'Close it, or double a quote inside a quoted field.'],
        'LINE SIZE OVER MAXIMUM': ['the line is longer than 4 MiB', 'A quote is probably not closed.'],
    } -%}
    {%- set faults = [] -%}
    {%- set prefix = group.parts[0].path | length - group.parts[0].source_file | length -%}
    {%- for row in run_query(rejected).rows -%}
        {%- set said = known.get(row['error_type'] | string, ['the line cannot be read (' ~ row['error_type'] ~ ')', 'Correct the line.']) -%}
        {%- do faults.append(file_fault(row['file_path'][prefix:], *said, line=row['line'] | int)) -%}
        {%- if loop.last and row['faults'] > 100 -%}
            {%- do faults.append(file_fault(row['file_path'][prefix:], '... and ' ~ (row['faults'] - 100) ~ ' more lines of the extract like these', 'Correct them the same way.')) -%}
        {%- endif -%}
    {%- endfor -%}
    {{ return(faults) }}
{%- endmacro %}
