{{ config(materialized='view') }}

{#- What keeps a usable record of a person in scope from counting, by extract: the relation with its reason. -#}
{%- set reasons = {'attendance': 'attendance_reasons', 'assessments': 'assessment_reasons'} -%}

with nrs_persons as (
    select distinct fleid from {{ ref('int_person_scopes') }}
),

repeated as (
    select * from {{ ref('base_laces__repeated_records') }}
),

service_months as (
    select
        agency_id,
        section_id,
        student_id,
        fleid,
        program_year,
        term_digit,
        max(nrs_status) as nrs_status
    from {{ ref('int_course_enrollments') }}
    group by agency_id, section_id, student_id, fleid, program_year, term_digit
    having count(case when nrs_status = 'nrs_row' then 1 end) = 0
),

-- Minutes that do not count, and those of a class or program that does not.
attendance_reasons as (
    select
        service_days.source_file,
        service_days.record_number,
        case when service_days.counted_minutes = 0 then 'no_counted_minutes' else service_months.nrs_status end as reason
    from {{ ref('int_laces__service_days') }} as service_days
    left join service_months
        on
            service_days.agency_id = service_months.agency_id
            and service_days.class_id = service_months.section_id
            and service_days.student_id = service_months.student_id
            and service_days.fleid = service_months.fleid
            and service_days.program_year = service_months.program_year
            and service_days.term_digit = service_months.term_digit
    where service_days.counted_minutes = 0 or service_months.nrs_status is not null
),

-- A test that no program year uses, with the reason of the first.
assessment_reasons as (
    select
        source_file,
        record_number,
        min_by(reason, program_year) as reason
    from {{ ref('int_laces__assessment_uses') }}
    group by source_file, record_number
    having count(case when use <> 'not_used' then 1 end) = 0
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
        {%- if extract in reasons %}
        when reasons.reason is not null then 'not_in_scope'
        {%- endif %}
        else 'used'
    end as disposition,
    case
        when base.is_rejected then cast(null as string)
        when repeated.disposition is not null
            then concat('kept: ', repeated.kept_source_file, ' #', repeated.kept_record_number)
        {%- if 'laces_id' in names %}
        when nrs_persons.fleid is null then 'person_without_nrs_rows'
        {%- endif %}
        {%- if extract in reasons %}
        else reasons.reason
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
{%- if extract in reasons %}
left join {{ reasons[extract] }} as reasons
    on
        base.source_file = reasons.source_file
        and base.record_number = reasons.record_number
{%- endif %}
{%- endfor %}
