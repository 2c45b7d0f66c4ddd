with eligible_agencies as (
    select * from {{ ref('int_agencies') }}
    where is_nrs_eligible and program_year <= {{ var('program_year') }}
),

course_terms as (
    select distinct
        agency_id,
        reporting_program_year as program_year,
        term_digit
    from {{ ref('int_course_enrollments') }}
    where is_final and program is not null and reporting_program_year <= {{ var('program_year') }}
),

course_years as (
    select distinct
        agency_id,
        program_year
    from course_terms
),

agency_terms as (
    select distinct
        agency_id,
        term_digit
    from course_terms
),

-- An agency whose year has no record at all is another finding: here, or in extract_year_counts.
missing_terms as (
    select
        eligible_agencies.agency_id,
        eligible_agencies.program_year,
        concat(agency_terms.term_digit, 'E') as term_id,
        'term_missing' as finding
    from eligible_agencies
    inner join course_years
        on
            eligible_agencies.agency_id = course_years.agency_id
            and eligible_agencies.program_year = course_years.program_year
    inner join agency_terms on eligible_agencies.agency_id = agency_terms.agency_id
    left join course_terms
        on
            eligible_agencies.agency_id = course_terms.agency_id
            and eligible_agencies.program_year = course_terms.program_year
            and agency_terms.term_digit = course_terms.term_digit
    where course_terms.agency_id is null
),

missing_agencies as (
    select
        eligible_agencies.agency_id,
        eligible_agencies.program_year,
        '' as term_id,
        'agency_without_courses' as finding
    from eligible_agencies
    left join course_years
        on
            eligible_agencies.agency_id = course_years.agency_id
            and eligible_agencies.program_year = course_years.program_year
    where eligible_agencies.program_year = {{ var('program_year') }} and course_years.agency_id is null
),

gaps as (
    select * from missing_terms
    union all
    select * from missing_agencies
)

select
    agency_id,
    concat({{ reporting_year_of('program_year') }}, term_id) as term,
    finding
from gaps
