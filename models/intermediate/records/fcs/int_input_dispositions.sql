{{ config(materialized='view') }}

with nrs_persons as (
    select distinct fleid from {{ ref('int_person_scopes') }}
),

repeated as (
    select * from {{ ref('base_fcs__repeated_records') }}
),

courses as (
    select * from {{ ref('int_course_enrollments') }}
),

listed_programs as (
    select distinct
        reporting_year,
        program_cip
    from {{ ref('stg_fcs__iet_programs') }}
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
        {%- if extract == 'course_enrollments' %}
        -- What is no NRS row is out for R1's reason, but a preliminary one still shows who goes on (R9), and a program
        -- that an IET program lists is a transcript (R25).
        when courses.nrs_status = 'not_nrs_program' and courses.is_final and listed_programs.program_cip is not null
            then case when nrs_persons.fleid is null then 'not_in_scope' else 'used' end
        when courses.nrs_status not in ('nrs_row', 'preliminary') then 'not_in_scope'
        {%- elif extract == 'demographics' %}
        -- Preliminary records do not serve (R5, R61).
        when nrs_persons.fleid is null or substr(base.term_id, 2, 1) = 'B' then 'not_in_scope'
        {%- elif 'fleid' in names %}
        when nrs_persons.fleid is null then 'not_in_scope'
        {%- endif %}
        else 'used'
    end as disposition,
    case
        when base.is_rejected then cast(null as string)
        when repeated.disposition is not null
            then concat('kept: ', repeated.kept_source_file, ' #', repeated.kept_record_number)
        {%- if extract == 'course_enrollments' %}
        when courses.nrs_status = 'not_nrs_program' and courses.is_final and listed_programs.program_cip is not null
            then case when nrs_persons.fleid is null then 'person_without_nrs_rows' end
        when courses.nrs_status not in ('nrs_row', 'preliminary') then courses.nrs_status
        {%- elif extract == 'demographics' %}
        when nrs_persons.fleid is null then 'person_without_nrs_rows'
        when substr(base.term_id, 2, 1) = 'B' then 'preliminary'
        {%- elif 'fleid' in names %}
        when nrs_persons.fleid is null then 'person_without_nrs_rows'
        {%- endif %}
    end as detail
from {{ ref('base_fcs__' ~ extract) }} as base
left join repeated
    on
        repeated.extract_name = '{{ extract }}'
        and base.source_file = repeated.source_file
        and base.record_number = repeated.record_number
{%- if extract == 'course_enrollments' %}
left join courses
    on
        base.source_file = courses.source_file
        and base.record_number = courses.record_number
left join listed_programs
    on
        base.reporting_year = listed_programs.reporting_year
        and base.program_cip = listed_programs.program_cip
left join nrs_persons on base.fleid = nrs_persons.fleid
{%- elif 'fleid' in names %}
left join nrs_persons on base.fleid = nrs_persons.fleid
{%- endif %}
{%- endfor %}
