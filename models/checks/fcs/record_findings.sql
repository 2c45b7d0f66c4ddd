with courses as (
    select * from {{ ref('int_course_enrollments') }}
    where nrs_status = 'nrs_row'
),

demographics as (
    select distinct
        agency_id,
        reporting_year,
        term_id,
        student_id,
        fleid
    from {{ ref('stg_fcs__demographics') }}
),

sections as (
    select distinct
        agency_id,
        reporting_year,
        term_id,
        course_id,
        section_id
    from {{ ref('stg_fcs__course_sections') }}
),

{{ fault_and_repeat_ctes() }},

-- Only rows that count (R1) are asked for their partners.
without_partner as (
    select
        courses.source_file,
        courses.record_number,
        courses.agency_id,
        courses.reporting_year,
        courses.term_id,
        'student_id' as column_name,
        courses.student_id as value,
        'course_without_demographics' as finding
    from courses
    -- The SDB key (extract contract).
    left join demographics
        on
            courses.agency_id = demographics.agency_id
            and courses.reporting_year = demographics.reporting_year
            and courses.term_id = demographics.term_id
            and courses.student_id = demographics.student_id
            and courses.fleid = demographics.fleid
    where demographics.agency_id is null
    union all
    select
        courses.source_file,
        courses.record_number,
        courses.agency_id,
        courses.reporting_year,
        courses.term_id,
        'section_id' as column_name,
        courses.section_id as value,
        'section_unknown' as finding
    from courses
    -- The full key with the term letter (R62).
    left join sections
        on
            courses.agency_id = sections.agency_id
            and courses.reporting_year = sections.reporting_year
            and courses.term_id = sections.term_id
            and courses.course_id = sections.course_id
            and courses.section_id = sections.section_id
    where sections.agency_id is null
    union all
    select
        courses.source_file,
        courses.record_number,
        courses.agency_id,
        courses.reporting_year,
        courses.term_id,
        'iet_program_number' as column_name,
        courses.iet_program_number as value,
        'iet_program_unknown' as finding
    from courses
    where courses.iet_program_number is not null and not courses.is_iet
    union all
    -- A test of the same agency and FLEID (R10, R63).
    select
        courses.source_file,
        courses.record_number,
        courses.agency_id,
        courses.reporting_year,
        courses.term_id,
        concat(tests.test_role, '_test_id_', tests.position) as column_name,
        tests.test_id as value,
        concat(tests.test_role, '_test_without_test') as finding
    from {{ ref('int_test_instances') }} as tests
    inner join courses
        on
            tests.source_file = courses.source_file
            and tests.record_number = courses.record_number
    where tests.test_source_file is null
),

findings as (
    select * from faults
    union all
    select * from repeats
    union all
    select
        'course_enrollments' as extract_name,
        source_file,
        record_number,
        agency_id,
        concat(reporting_year, term_id) as term,
        column_name,
        value,
        finding,
        'reported' as action,
        cast(null as string) as kept_source_file,
        cast(null as bigint) as kept_record_number
    from without_partner
)

{{ listed_findings() }}
