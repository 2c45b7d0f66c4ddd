-- Output contract, input_disposition: every input row once. Returns a record that has none or several, and a
-- disposition without a record.
with records as (
    {%- for extract in extract_names() %}
    {{ 'union all' if not loop.first }}
    select
        '{{ extract }}' as extract_name,
        source_file,
        record_number,
        1 as records,
        0 as dispositions
    from {{ ref('base_fcs__' ~ extract) }}
    {%- endfor %}
    union all
    select
        extract_name,
        source_file,
        record_number,
        0 as records,
        1 as dispositions
    from {{ ref('input_disposition') }}
    where disposition is not null
)

select
    extract_name,
    source_file,
    record_number,
    sum(records) as records,
    sum(dispositions) as dispositions
from records
group by extract_name, source_file, record_number
having sum(records) <> 1 or sum(dispositions) <> 1
