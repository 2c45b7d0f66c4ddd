with records as (
    {%- for extract in extract_names() %}
    {{ 'union all' if not loop.first }}
    select
        '{{ extract }}' as extract_name,
        source_file,
        record_number,
        is_rejected
    from {{ ref('base_fcs__' ~ extract) }}
    {%- endfor %}
),

repeated as (
    select * from {{ ref('base_fcs__repeated_records') }}
),

-- Course records outside the six programs serve only where an IET program lists them (R25); the rest is said why not.
courses as (
    select * from {{ ref('int_course_enrollments') }}
)

select
    records.extract_name,
    records.source_file,
    records.record_number,
    case
        when records.is_rejected then 'rejected'
        when repeated.disposition is not null then repeated.disposition
        when courses.nrs_status not in ('nrs_row', 'preliminary') then 'not_in_scope'
        else 'used'
    end as disposition,
    case
        when repeated.disposition is not null
            then concat('kept: ', repeated.kept_source_file, ' #', repeated.kept_record_number)
        when not records.is_rejected and courses.nrs_status not in ('nrs_row', 'preliminary') then courses.nrs_status
    end as detail
from records
left join repeated
    on
        records.extract_name = repeated.extract_name
        and records.source_file = repeated.source_file
        and records.record_number = repeated.record_number
left join courses
    on
        records.extract_name = 'course_enrollments'
        and records.source_file = courses.source_file
        and records.record_number = courses.record_number
