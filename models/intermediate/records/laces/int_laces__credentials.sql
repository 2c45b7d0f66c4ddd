select
    cast(null as varchar) as source_file,
    cast(null as bigint) as record_number,
    cast(null as varchar) as fleid,
    cast(null as varchar) as agency_id,
    cast(null as varchar) as reporting_year,
    cast(null as varchar) as certification_code,
    cast(null as date) as certification_date,
    cast(null as varchar) as outcome
where false
