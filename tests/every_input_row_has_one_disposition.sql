-- Output contract, input_disposition: every input row once. Returns a record that has none or several, a disposition
-- without a record, and a file whose records, counted once more by a single reader, are not those disposed of.
with records as (
    select
        extract_name,
        source_file,
        record_number,
        1 as records,
        0 as dispositions
    from {{ ref('int_input_records') }}
    union all
    select
        extract_name,
        source_file,
        record_number,
        0 as records,
        1 as dispositions
    from {{ ref('input_disposition') }}
    where disposition is not null
),

records_at_fault as (
    select
        extract_name,
        source_file,
        record_number,
        sum(records) as records,
        sum(dispositions) as dispositions
    from records
    group by extract_name, source_file, record_number
    having sum(records) <> 1 or sum(dispositions) <> 1
),

file_counts as (
    {%- for extract in extract_names() %}
    {{ 'union all' if not loop.first }}
    select
        '{{ extract }}' as extract_name,
        counts.*
    from ({{ file_record_counts(extract) }}) as counts
    {%- endfor %}
),

-- The numbers run from 1 to the number of records without a gap.
disposed_counts as (
    select
        extract_name,
        source_file,
        count(*) as dispositions,
        max(record_number) as last_record_number
    from {{ ref('input_disposition') }}
    group by extract_name, source_file
),

files_at_fault as (
    select
        coalesce(file_counts.extract_name, disposed_counts.extract_name) as extract_name,
        coalesce(file_counts.source_file, disposed_counts.source_file) as source_file,
        disposed_counts.last_record_number as record_number,
        coalesce(file_counts.records, 0) as records,
        coalesce(disposed_counts.dispositions, 0) as dispositions
    from file_counts
    full outer join disposed_counts
        on
            file_counts.extract_name = disposed_counts.extract_name
            and file_counts.source_file = disposed_counts.source_file
    where
        coalesce(file_counts.records, 0) <> coalesce(disposed_counts.dispositions, 0)
        or coalesce(file_counts.records, 0) <> coalesce(disposed_counts.last_record_number, 0)
)

select * from records_at_fault
union all
select * from files_at_fault
