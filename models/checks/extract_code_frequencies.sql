-- A base model holds a listed code or null; what is on no list stands among the faults, as it came.
with base_codes as (
    {{ code_counts() }}
),

unlisted_codes as (
    select
        extract_name,
        agency_id,
        column_name,
        trim(value) as code,
        count(*) as records
    from {{ ref('rejected_rows') }}
    where reason = 'unknown_code'
    group by extract_name, agency_id, column_name, trim(value)
),

unlisted_of_column as (
    select
        extract_name,
        agency_id,
        column_name,
        sum(records) as records
    from unlisted_codes
    group by extract_name, agency_id, column_name
),

column_lists as (
    select distinct
        extract_name,
        column_name,
        code_list
    from base_codes
),

frequencies as (
    select
        base_codes.extract_name,
        base_codes.agency_id,
        base_codes.column_name,
        base_codes.code_list,
        base_codes.code,
        case when base_codes.code is not null then true end as is_listed,
        base_codes.records
        - case when base_codes.code is null then coalesce(unlisted_of_column.records, 0) else 0 end as records
    from base_codes
    left join unlisted_of_column
        on
            base_codes.extract_name = unlisted_of_column.extract_name
            and base_codes.agency_id is not distinct from unlisted_of_column.agency_id
            and base_codes.column_name = unlisted_of_column.column_name
    union all
    select
        unlisted_codes.extract_name,
        unlisted_codes.agency_id,
        unlisted_codes.column_name,
        column_lists.code_list,
        unlisted_codes.code,
        false as is_listed,
        unlisted_codes.records
    from unlisted_codes
    inner join column_lists
        on
            unlisted_codes.extract_name = column_lists.extract_name
            and unlisted_codes.column_name = column_lists.column_name
)

select
    extract_name,
    agency_id,
    column_name,
    code_list,
    code,
    is_listed,
    is_listed is false and {{ may_identify('column_name', 'code', 'true') }} as is_identifying,
    cast(records as bigint) as records
from frequencies
where records > 0
