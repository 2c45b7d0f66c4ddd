with enrollments as (
    select
        *,
        substr(term_id, 1, 1) as term_digit,
        substr(term_id, 2, 1) = 'E' as is_final,
        {{ program_year_of('entry_date') }} as program_year,
        {{ program_year_of_reporting_year('reporting_year') }} as reporting_program_year
    from {{ ref('stg_fcs__course_enrollments') }}
),

agencies as (
    select * from {{ ref('int_agencies') }}
),

final_terms as (
    select distinct
        agency_id,
        reporting_year,
        term_digit
    from enrollments
    where is_final
),

sections as (
    select
        sections.*,
        {{ program_year_of_reporting_year('sections.reporting_year') }} as reporting_program_year
    from {{ ref('stg_fcs__course_sections') }} as sections
),

-- R12: the class that marks distance, by the section's full key with the term letter (R62).
distance_sections as (
    select distinct
        sections.agency_id,
        sections.reporting_year,
        sections.term_id,
        sections.course_id,
        sections.section_id
    from sections
    inner join {{ ref('rule_codes') }} as rules
        on
            rules.rule_list = 'distance_section'
            and sections.primary_section_classification = rules.code
            and {{ in_force('rules', 'sections.reporting_program_year') }}
),

iet_programs as (
    select distinct
        reporting_year,
        iet_program_number
    from {{ ref('stg_fcs__iet_programs') }}
)

select
    enrollments.source_file,
    enrollments.record_number,
    enrollments.agency_id,
    enrollments.reporting_year,
    enrollments.reporting_program_year,
    enrollments.term_id,
    enrollments.term_digit,
    enrollments.is_final,
    enrollments.student_id,
    enrollments.fleid,
    enrollments.course_id,
    enrollments.section_id,
    enrollments.program_cip,
    programs.program,
    enrollments.program_year,
    enrollments.entry_date,
    enrollments.exit_date,
    enrollments.section_hours,
    enrollments.iet_program_number,
    iet_programs.iet_program_number is not null as is_iet,
    -- Every listed program leads to a credential (IET Measurable Skill Gains Crosswalk; R44).
    false as is_iet_without_credential,
    distance_sections.section_id is not null as is_distance,
    case when distance_sections.section_id is not null then enrollments.section_hours else 0 end as distance_hours,
    withdrawals.code is not null as is_outcomes_excluded,
    -- R1, in the order in which a data manager would look for the cause.
    case
        when programs.program is null then 'not_nrs_program'
        when co_enrolled.code is not null then 'co_enrolled'
        when agencies.is_nrs_eligible is not true then 'agency_not_nrs_eligible'
        when not enrollments.is_final and final_terms.agency_id is not null then 'preliminary_replaced_by_final'
        when not enrollments.is_final then 'preliminary'
        else 'nrs_row'
    end as nrs_status
from enrollments
left join {{ ref('nrs_programs') }} as programs
    on
        enrollments.program_cip = programs.program_cip
        and {{ in_force('programs', 'enrollments.program_year') }}
left join {{ ref('rule_codes') }} as co_enrolled
    on
        co_enrolled.rule_list = 'co_enrolled'
        and enrollments.dual_enrollment_flag = co_enrolled.code
        and {{ in_force('co_enrolled', 'enrollments.program_year') }}
left join {{ ref('rule_codes') }} as withdrawals
    on
        withdrawals.rule_list = 'outcomes_excluded_withdrawal'
        and enrollments.age_withdrawal_reason = withdrawals.code
        and {{ in_force('withdrawals', 'enrollments.program_year') }}
left join agencies
    on
        enrollments.agency_id = agencies.agency_id
        and enrollments.program_year = agencies.program_year
left join final_terms
    on
        enrollments.agency_id = final_terms.agency_id
        and enrollments.reporting_year = final_terms.reporting_year
        and enrollments.term_digit = final_terms.term_digit
left join distance_sections
    on
        enrollments.agency_id = distance_sections.agency_id
        and enrollments.reporting_year = distance_sections.reporting_year
        and enrollments.term_id = distance_sections.term_id
        and enrollments.course_id = distance_sections.course_id
        and enrollments.section_id = distance_sections.section_id
left join iet_programs
    on
        enrollments.reporting_year = iet_programs.reporting_year
        and enrollments.iet_program_number = iet_programs.iet_program_number
