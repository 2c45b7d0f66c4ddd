with records as (
    select * from {{ ref('int_input_records') }}
),

repeated as (
    select * from {{ base_records('repeated_records') }}
)

select
    records.extract_name,
    records.source_file,
    records.agency_id,
    records.term,
    count(*) as records,
    count(*) filter (where not records.is_rejected and repeated.extract_name is null) as usable_records,
    count(*) filter (where records.is_rejected) as rejected_records,
    count(*) filter (where not records.is_rejected and repeated.extract_name is not null) as repeated_records
from records
left join repeated
    on
        records.extract_name = repeated.extract_name
        and records.source_file = repeated.source_file
        and records.record_number = repeated.record_number
group by records.extract_name, records.source_file, records.agency_id, records.term
