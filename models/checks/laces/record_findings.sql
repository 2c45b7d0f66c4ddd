with faults as (
    select
        extract_name,
        source_file,
        record_number,
        agency_id,
        term,
        column_name,
        value,
        reason as finding,
        action,
        cast(null as varchar) as kept_source_file,
        cast(null as bigint) as kept_record_number
    from {{ ref('rejected_rows') }}
),

repeats as (
    select
        repeated.extract_name,
        repeated.source_file,
        repeated.record_number,
        records.agency_id,
        records.term,
        cast(null as varchar) as column_name,
        cast(null as varchar) as value,
        repeated.disposition as finding,
        repeated.disposition as action,
        repeated.kept_source_file,
        repeated.kept_record_number
    from {{ ref('base_laces__repeated_records') }} as repeated
    inner join {{ ref('int_input_records') }} as records
        on
            repeated.extract_name = records.extract_name
            and repeated.source_file = records.source_file
            and repeated.record_number = records.record_number
),

findings as (
    select * from faults
    union all
    select * from repeats
)

select
    extract_name,
    source_file,
    record_number,
    agency_id,
    term,
    column_name,
    value,
    {{ may_identify('column_name', 'value', "finding = 'unknown_code'") }} as is_identifying,
    finding,
    action,
    kept_source_file,
    kept_record_number,
    cast(row_number() over (
        partition by finding, action, extract_name, source_file, agency_id, term, column_name
        order by record_number
    ) as integer) as example_number
from findings
