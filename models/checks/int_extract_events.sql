{{ config(schema='intermediate', materialized='view') }}

-- A quarter is dated in its last month, a reporting year on its first day: any day of the period would do.
with events as (
    select
        'employment' as extract_name,
        make_date(cast(substr(year_quarter, 1, 4) as integer), cast(substr(year_quarter, 6, 1) as integer) * 3, 1) as event_date
    from {{ records('employment') }}
    {%- for extract, event_date in [
        ('hse_completions', 'completion_date'), ('postsecondary_credentials', 'award_date'), ('postsecondary_enrollments', 'entry_date'),
        ('attendance', 'attendance_date'), ('assessments', 'test_date'),
    ] if extract in extract_names() %}
    union all
    select
        '{{ extract }}' as extract_name,
        {{ event_date }} as event_date
    from {{ records(extract) }}
    {%- endfor %}
    {%- for extract in [
        'agencies', 'course_enrollments', 'course_sections', 'demographics', 'family_literacy', 'fetpip_status', 'grants',
        'iet_programs', 'personnel', 'spr_finance', 'students', 'tests',
    ] if extract in extract_names() %}
    union all
    select
        '{{ extract }}' as extract_name,
        make_date({{ program_year_of_reporting_year('reporting_year') }}, 7, 1) as event_date
    from {{ records(extract) }}
    {%- endfor %}
)

select
    extract_name,
    event_date,
    count(*) as records
from events
group by extract_name, event_date
