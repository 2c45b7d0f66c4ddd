with rules as (
    select * from {{ ref('finding_rules') }} as rules
    where {{ in_force('rules', var('program_year')) }}
),

findings_of_records as (
    select
        finding,
        action,
        extract_name,
        source_file,
        agency_id,
        term,
        column_name,
        count(*) as records,
        max(case when example_number = 1 then record_number end) as first_record_number,
        max(case when example_number = 1 then value end) as first_value,
        bool_or(example_number = 1 and is_identifying) as is_identifying,
        cast(null as string) as detail
    from {{ ref('record_findings') }}
    group by finding, action, extract_name, source_file, agency_id, term, column_name
),

findings_of_extracts as (
    select
        finding,
        'missing' as action,
        extract_name,
        cast(null as string) as source_file,
        cast(null as string) as agency_id,
        period as term,
        0 as records,
        cast(null as string) as detail
    from {{ ref('extract_coverage') }}
    where is_missing
    union all
    select
        finding,
        'missing' as action,
        '{{ service_extract() }}' as extract_name,
        cast(null as string) as source_file,
        agency_id,
        term,
        0 as records,
        cast(null as string) as detail
    from {{ ref('extract_term_gaps') }}
    union all
    select
        finding,
        'changed' as action,
        extract_name,
        cast(null as string) as source_file,
        agency_id,
        reporting_year as term,
        records,
        concat(records, ' records after ', records_year_before) as detail
    from {{ ref('extract_year_counts') }}
    where finding is not null
    union all
    select
        'file_not_read' as finding,
        'not_read' as action,
        cast(null as string) as extract_name,
        files.source_file,
        cast(null as string) as agency_id,
        cast(null as string) as term,
        0 as records,
        cast(null as string) as detail
    from {{ ref('int_files_not_read') }} as files
    inner join {{ ref('rule_codes') }} as extensions
        on
            extensions.rule_list = 'data_file_extension'
            and lower(files.source_file) like concat('%.', extensions.code)
            and {{ in_force('extensions', var('program_year')) }}
),

findings as (
    select * from findings_of_records
    union all
    select
        finding,
        action,
        extract_name,
        source_file,
        agency_id,
        term,
        cast(null as string) as column_name,
        records,
        cast(null as bigint) as first_record_number,
        cast(null as string) as first_value,
        false as is_identifying,
        detail
    from findings_of_extracts
)

select
    findings.finding,
    findings.action,
    rules.severity,
    findings.extract_name,
    findings.source_file,
    findings.agency_id,
    findings.term,
    findings.column_name,
    cast(findings.records as bigint) as records,
    findings.first_record_number,
    findings.first_value,
    findings.is_identifying,
    findings.detail,
    rules.title,
    rules.consequence,
    rules.remedy
from findings
left join rules
    on
        findings.finding = rules.finding
        and findings.action = rules.action
