-- Output contract, input_disposition: every input row once. Returns a file whose records, counted once more by a single
-- reader, are not those disposed of: the numbers run from 1 to the number of records, each once, none without a
-- disposition.
with file_counts as (
    {%- for extract in extract_names() %}
    {{ 'union all' if not loop.first }}
    select
        '{{ extract }}' as extract_name,
        counts.*
    from ({{ file_record_counts(extract) }}) as counts
    {%- endfor %}
),

disposed_counts as (
    select
        extract_name,
        source_file,
        count(*) as records,
        count(disposition) as dispositions,
        count(distinct record_number) as record_numbers,
        min(record_number) as first_record_number,
        max(record_number) as last_record_number
    from {{ ref('int_input_dispositions') }}
    group by extract_name, source_file
)

select
    coalesce(file_counts.extract_name, disposed_counts.extract_name) as extract_name,
    coalesce(file_counts.source_file, disposed_counts.source_file) as source_file,
    file_counts.records as records_in_file,
    disposed_counts.records,
    disposed_counts.dispositions,
    disposed_counts.record_numbers,
    disposed_counts.first_record_number,
    disposed_counts.last_record_number
from file_counts
full outer join disposed_counts
    on
        file_counts.extract_name = disposed_counts.extract_name
        and file_counts.source_file = disposed_counts.source_file
where
    coalesce(file_counts.records, 0) <> coalesce(disposed_counts.records, 0)
    or (
        disposed_counts.records > 0
        and (
            disposed_counts.dispositions <> disposed_counts.records
            or disposed_counts.record_numbers <> disposed_counts.records
            or disposed_counts.first_record_number <> 1
            or disposed_counts.last_record_number <> disposed_counts.records
        )
    )
