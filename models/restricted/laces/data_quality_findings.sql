with checks as (
    select * from {{ ref('data_quality_rules') }} as checks
    where {{ in_force('checks', var('program_year')) }}
),

findings as (
    select
        check_id,
        agency_id,
        student_id,
        fleid,
        cast(null as string) as column_name,
        cast(null as string) as found_value,
        source_file,
        record_number
    from {{ ref('int_laces__missing_data') }}
    union all
    select
        check_id,
        agency_id,
        student_id,
        fleid,
        column_name,
        found_value,
        source_file,
        record_number
    from {{ ref('int_laces__out_of_range_data') }}
)

select
    cast({{ var('program_year') }} as integer) as program_year,
    findings.agency_id,
    findings.student_id,
    findings.fleid as person_id,
    checks.kind,
    findings.check_id,
    checks.title,
    findings.column_name,
    findings.found_value,
    findings.source_file,
    findings.record_number,
    checks.remedy
from findings
inner join checks on findings.check_id = checks.check_id
