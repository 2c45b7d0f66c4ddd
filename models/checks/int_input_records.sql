{{ config(schema='intermediate', materialized='view') }}

{%- for extract in extract_names() %}
{%- set names = extract_contract(extract)['columns'] | map(attribute='name') | list %}
{{ 'union all' if not loop.first }}
select
    '{{ extract }}' as extract_name,
    source_file,
    record_number,
    {{ record_place(names) }},
    is_rejected
from {{ base_records(extract) }}
{%- endfor %}
