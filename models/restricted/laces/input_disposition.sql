with nrs_persons as (
    select distinct fleid from {{ ref('int_person_scopes') }}
),

repeated as (
    select * from {{ ref('base_laces__repeated_records') }}
)

{%- for extract in extract_names() %}
{%- set names = extract_contract(extract)['columns'] | map(attribute='name') | list %}
{{ 'union all' if not loop.first }}
select
    '{{ extract }}' as extract_name,
    base.source_file,
    base.record_number,
    {{ record_place(names, 'base') }},
    case
        when base.is_rejected then 'rejected'
        when repeated.disposition is not null then repeated.disposition
        {%- if 'laces_id' in names %}
        when nrs_persons.fleid is null then 'not_in_scope'
        {%- endif %}
        else 'used'
    end as disposition,
    case
        when base.is_rejected then cast(null as varchar)
        when repeated.disposition is not null
            then concat('kept: ', repeated.kept_source_file, ' #', repeated.kept_record_number)
        {%- if 'laces_id' in names %}
        when nrs_persons.fleid is null then 'person_without_nrs_rows'
        {%- endif %}
    end as detail
from {{ base_records(extract) }} as base
left join repeated
    on
        repeated.extract_name = '{{ extract }}'
        and base.source_file = repeated.source_file
        and base.record_number = repeated.record_number
{%- if 'laces_id' in names %}
left join nrs_persons on base.laces_id = nrs_persons.fleid
{%- endif %}
{%- endfor %}
