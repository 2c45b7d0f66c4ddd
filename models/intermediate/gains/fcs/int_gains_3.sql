with iet_terms as (
    select * from {{ ref('int_iet_terms') }}
),

program_years as (
    select * from {{ ref('int_program_years') }}
),

person_agencies as (
    select * from {{ ref('int_person_agencies') }}
),

courses as (
    select
        records.*,
        {{ program_year_of_reporting_year('records.reporting_year') }} as reporting_program_year,
        {{ term_number(program_year_of_reporting_year('records.reporting_year'), 'substr(records.term_id, 1, 1)') }} as term_number
    from {{ ref('stg_fcs__course_enrollments') }} as records
    where substr(records.term_id, 2, 1) = 'E'
),

listed_programs as (
    select distinct
        reporting_year,
        iet_program_number,
        program_cip
    from {{ ref('stg_fcs__iet_programs') }}
),

-- Passed courses of the programs approved for the person's IET number, in the year of the row (R25, R64).
passed_courses as (
    select
        person_agencies.person_key,
        program_years.program_year,
        listed_programs.iet_program_number,
        courses.term_number,
        courses.exit_date,
        courses.section_hours * case when credit_hours.code is not null then program_years.clock_hours_per_credit else 1 end
            as clock_hours,
        concat(
            courses.course_id, ' grade ', courses.grade, ' ', cast(courses.section_hours as double), ' ', coalesce(courses.hours_type, 'K'),
            ' (', courses.source_file, ' #', courses.record_number, ')'
        ) as evidence
    from courses
    inner join person_agencies
        on
            courses.fleid = person_agencies.fleid
            and courses.agency_id = person_agencies.agency_id
            and courses.reporting_program_year = person_agencies.program_year
    inner join listed_programs
        on
            courses.reporting_year = listed_programs.reporting_year
            and courses.program_cip = listed_programs.program_cip
    inner join program_years
        on courses.exit_date between program_years.gain_window_starts_on and program_years.gain_window_ends_on
    inner join {{ ref('rule_codes') }} as grades
        on
            grades.rule_list = 'passing_grade'
            and courses.grade = grades.code
            and {{ in_force('grades', 'program_years.program_year') }}
    left join {{ ref('rule_codes') }} as credit_hours
        on
            credit_hours.rule_list = 'credit_hours_type'
            and courses.hours_type = credit_hours.code
            and {{ in_force('credit_hours', 'program_years.program_year') }}
),

-- One term or two consecutive ones, tried in the order of their last term, the single term before the pair.
windows as (
    select
        person_key,
        program_year,
        iet_program_number,
        term_number as last_term_number,
        term_number as first_term_number
    from passed_courses
    union
    select
        person_key,
        program_year,
        iet_program_number,
        term_number as last_term_number,
        term_number - 1 as first_term_number
    from passed_courses
    union
    select
        person_key,
        program_year,
        iet_program_number,
        term_number + 1 as last_term_number,
        term_number as first_term_number
    from passed_courses
),

reached_windows as (
    select
        windows.person_key,
        windows.program_year,
        windows.iet_program_number,
        windows.last_term_number,
        windows.first_term_number,
        max(passed_courses.exit_date) as earned_on,
        concat(
            'IET ', windows.iet_program_number, ', ', cast(sum(passed_courses.clock_hours) as double), ' clock hours: ',
            {{ joined_text("passed_courses.evidence", "', '", "passed_courses.evidence") }}
        ) as evidence
    from windows
    inner join passed_courses
        on
            windows.person_key = passed_courses.person_key
            and windows.program_year = passed_courses.program_year
            and windows.iet_program_number = passed_courses.iet_program_number
            and passed_courses.term_number between windows.first_term_number and windows.last_term_number
    inner join program_years on windows.program_year = program_years.program_year
    -- The year's three terms and the next year's first.
    where
        windows.last_term_number <= {{ term_number('windows.program_year + 1', 1) }}
        and windows.first_term_number >= {{ term_number('windows.program_year', 1) }}
        and exists (
            select 1 from iet_terms
            where
                iet_terms.person_key = windows.person_key
                and iet_terms.program_year = windows.program_year
                and iet_terms.iet_program_number = windows.iet_program_number
                and iet_terms.term_number between windows.first_term_number and windows.last_term_number
        )
    group by
        windows.person_key, windows.program_year, windows.iet_program_number, windows.last_term_number,
        windows.first_term_number, program_years.transcript_clock_hours
    having sum(passed_courses.clock_hours) >= program_years.transcript_clock_hours
),

first_windows as (
    select
        person_key,
        program_year,
        '3' as kind,
        earned_on,
        evidence
    from reached_windows
    qualify
        row_number() over (
            partition by person_key, program_year, iet_program_number
            order by last_term_number asc, first_term_number desc
        ) = 1
)

{{ events_in_periods('first_windows') }}
