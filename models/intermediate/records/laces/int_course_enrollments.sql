{{ config(meta={'rules': ['MS-2-EXIT', 'MS-2-EXCL', 'MS-2-NRS', 'MS-1-IET', 'MO-IETP']}) }}

with service_days as (
    select * from {{ ref('int_laces__service_days') }}
    where counted_minutes > 0
),

students as (
    select
        *,
        {{ program_year_of_reporting_year('reporting_year') }} as program_year
    from {{ ref('stg_laces__students') }}
),

agencies as (
    select * from {{ ref('int_agencies') }}
),

-- Service that goes on (MS Program Guidelines 2023, Section 2, Periods of Participation).
open_service as (
    select * from {{ ref('int_laces__last_services') }}
    where is_in_service
),

class_days as (
    select
        service_days.*,
        classes.class_name,
        classes.program_type,
        programs.program
    from service_days
    left join {{ ref('stg_laces__classes') }} as classes
        on
            service_days.agency_id = classes.agency_id
            and service_days.reporting_year = classes.reporting_year
            and service_days.class_id = classes.class_id
    left join {{ ref('nrs_programs') }} as programs
        on
            classes.program_type = programs.program_cip
            and {{ in_force('programs', 'service_days.program_year') }}
),

-- LACES has no terms: a student's month in a class is what a term is in Florida.
months as (
    select
        agency_id,
        reporting_year,
        class_id,
        class_name,
        program_type,
        program,
        student_id,
        fleid,
        program_year,
        term_digit,
        min_by(source_file, concat(attendance_date, source_file, lpad(cast(record_number as string), 12, '0'))) as source_file,
        min_by(record_number, concat(attendance_date, source_file, lpad(cast(record_number as string), 12, '0')))
            as record_number,
        min(attendance_date) as entry_date,
        max(attendance_date) as last_date,
        {{ hours_of('sum(counted_minutes)') }} as section_hours,
        {{ hours_of('sum(case when is_distance then counted_minutes else 0 end)') }} as distance_hours,
        bool_or(is_distance) as is_distance,
        row_number() over (
            partition by agency_id, reporting_year, student_id, fleid
            order by case when program is null then 1 else 0 end, min(attendance_date), class_id
        ) as month_number
    from class_days
    group by agency_id, reporting_year, class_id, class_name, program_type, program, student_id, fleid, program_year, term_digit
),

{{ iet_enrollments_cte() }},

-- The enrollment makes an IET student, with hours of instruction in whatever class: one without service in its own class
-- stands on the student's first month of the year in an NRS program (MO IET in LACES, IETP and IETP/C: "the enrollment puts
-- them in the denominator"; MSG 1c).
unattended_iets as (
    select
        iet_enrollments.agency_id,
        iet_enrollments.reporting_year,
        iet_enrollments.student_id,
        iet_enrollments.fleid,
        min(iet_enrollments.iet_enrollment) as iet_enrollment,
        bool_and(iet_enrollments.is_iet_without_credential) as is_iet_without_credential
    from iet_enrollments
    left join months
        on
            iet_enrollments.agency_id = months.agency_id
            and iet_enrollments.reporting_year = months.reporting_year
            and iet_enrollments.class_id = months.class_id
            and iet_enrollments.student_id = months.student_id
            and iet_enrollments.fleid = months.fleid
    where months.class_id is null
    group by
        iet_enrollments.agency_id, iet_enrollments.reporting_year, iet_enrollments.student_id, iet_enrollments.fleid
)

select
    months.source_file,
    months.record_number,
    months.agency_id,
    {{ reporting_year_of('months.program_year') }} as reporting_year,
    months.program_year as reporting_program_year,
    concat(months.term_digit, 'E') as term_id,
    months.term_digit,
    true as is_final,
    months.student_id,
    months.fleid,
    months.class_name as course_id,
    months.class_id as section_id,
    months.program_type as program_cip,
    months.program,
    months.program_year,
    months.entry_date,
    case when open_service.fleid is null then months.last_date end as exit_date,
    months.section_hours,
    coalesce(iet_enrollments.iet_enrollment, unattended_iets.iet_enrollment) as iet_program_number,
    coalesce(iet_enrollments.iet_enrollment, unattended_iets.iet_enrollment) is not null as is_iet,
    coalesce(iet_enrollments.is_iet_without_credential, unattended_iets.is_iet_without_credential, false)
    and coalesce(unattended_iets.is_iet_without_credential, true) as is_iet_without_credential,
    months.is_distance,
    months.distance_hours,
    exit_reasons.code is not null as is_outcomes_excluded,
    case
        when months.program is null then 'not_nrs_program'
        when agencies.is_nrs_eligible is not true then 'agency_not_nrs_eligible'
        else 'nrs_row'
    end as nrs_status
from months
left join iet_enrollments
    on
        months.agency_id = iet_enrollments.agency_id
        and months.reporting_year = iet_enrollments.reporting_year
        and months.class_id = iet_enrollments.class_id
        and months.student_id = iet_enrollments.student_id
        and months.fleid = iet_enrollments.fleid
left join unattended_iets
    on
        months.agency_id = unattended_iets.agency_id
        and months.reporting_year = unattended_iets.reporting_year
        and months.student_id = unattended_iets.student_id
        and months.fleid = unattended_iets.fleid
        and months.month_number = 1
left join students
    on
        months.agency_id = students.agency_id
        and months.student_id = students.student_id
        and months.fleid = students.fleid
        and months.program_year = students.program_year
left join agencies
    on
        months.agency_id = agencies.agency_id
        and months.program_year = agencies.program_year
-- The whole last month stays open.
left join open_service
    on
        months.agency_id = open_service.agency_id
        and months.student_id = open_service.student_id
        and months.fleid = open_service.fleid
        and extract(year from months.entry_date) = extract(year from open_service.last_service_date)
        and extract(month from months.entry_date) = extract(month from open_service.last_service_date)
left join {{ ref('rule_codes') }} as exit_reasons
    on
        exit_reasons.rule_list = 'outcomes_excluded_withdrawal'
        and students.exit_reason = exit_reasons.code
        and {{ in_force('exit_reasons', 'months.program_year') }}
