-- Output contract, input_disposition: every input row once. Returns a record that has none or several, and a
-- disposition without a record.
with records as (
    {%- for extract in extract_names() %}
    {{ 'union all' if not loop.first }}
    select
        '{{ extract }}' as extract_name,
        source_file,
        record_number
    from {{ ref('base_fcs__' ~ extract) }}
    {%- endfor %}
),

records_counted as (
    select
        extract_name,
        source_file,
        record_number,
        count(*) as records
    from records
    group by extract_name, source_file, record_number
),

dispositions_counted as (
    select
        extract_name,
        source_file,
        record_number,
        count(disposition) as dispositions
    from {{ ref('input_disposition') }}
    group by extract_name, source_file, record_number
)

select
    coalesce(records_counted.extract_name, dispositions_counted.extract_name) as extract_name,
    coalesce(records_counted.source_file, dispositions_counted.source_file) as source_file,
    coalesce(records_counted.record_number, dispositions_counted.record_number) as record_number,
    coalesce(records_counted.records, 0) as records,
    coalesce(dispositions_counted.dispositions, 0) as dispositions
from records_counted
full outer join dispositions_counted
    on
        records_counted.extract_name = dispositions_counted.extract_name
        and records_counted.source_file = dispositions_counted.source_file
        and records_counted.record_number = dispositions_counted.record_number
where
    coalesce(records_counted.records, 0) <> 1
    or coalesce(dispositions_counted.dispositions, 0) <> 1
