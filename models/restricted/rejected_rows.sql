{{ config(materialized='table') }}

with faulted as (
    {%- for extract in extract_names() %}
    {%- set names = extract_contract(extract)['columns'] | map(attribute='name') | list %}
    {{ 'union all' if not loop.first }}
    select
        '{{ extract }}' as extract_name,
        source_file,
        record_number,
        {{ record_place(names) }},
        faults
    from {{ base_records(extract) }}
    where faults is not null
    {%- endfor %}
),

faults as (
    select
        faulted.*,
        parts.part as fault
    from faulted, {{ split_to_rows('faulted.faults', 'chr(30)') }}
    where parts.part <> ''
)

select
    extract_name,
    source_file,
    record_number,
    agency_id,
    term,
    split_part(fault, chr(31), 1) as column_name,
    split_part(fault, chr(31), 4) as value,
    split_part(fault, chr(31), 2) as reason,
    split_part(fault, chr(31), 3) as action
from faults
