with enrollments as (
    select
        enrollments.*,
        records.ahs_diploma_option,
        records.ahs_credits_at_entry,
        records.ahs_credits_earned
    from {{ ref('int_nrs_enrollments') }} as enrollments
    inner join {{ ref('stg_fcs__course_enrollments') }} as records
        on
            enrollments.source_file = records.source_file
            and enrollments.record_number = records.record_number
    inner join {{ ref('rule_codes') }} as rules
        on
            rules.rule_list = 'carnegie_unit_program'
            and enrollments.program = rules.code
            and {{ in_force('rules', 'enrollments.program_year') }}
),

-- Option and credits at entry are the first reported over all loaded years, each by itself (R21, R64).
ordered_enrollments as (
    select
        *,
        row_number() over (
            partition by person_key
            order by
                reporting_program_year, term_digit, agency_id, student_id, entry_date, course_id, section_id,
                source_file, record_number
        ) as report_order
    from enrollments
),

first_reports as (
    select
        person_key,
        min_by(ahs_diploma_option, report_order) filter (where ahs_diploma_option is not null) as ahs_diploma_option,
        min_by(ahs_credits_at_entry, report_order) filter (where ahs_credits_at_entry is not null) as ahs_credits_at_entry
    from ordered_enrollments
    group by person_key
),

-- Credits of short spans and of every agency of the scope count too (R65). A term with rows of two program years is two.
terms as (
    select
        person_key,
        program_year,
        reporting_year,
        reporting_program_year,
        term_digit,
        sum(coalesce(ahs_credits_earned, 0)) as ahs_credits_earned,
        case when not bool_or(exit_date is null) then max(exit_date) end as exit_date
    from ordered_enrollments
    group by person_key, program_year, reporting_year, reporting_program_year, term_digit
)

select
    terms.person_key,
    terms.program_year,
    terms.reporting_year,
    terms.reporting_program_year,
    terms.term_digit,
    terms.exit_date,
    first_reports.ahs_diploma_option,
    first_reports.ahs_credits_at_entry,
    terms.ahs_credits_earned,
    first_reports.ahs_credits_at_entry + sum(terms.ahs_credits_earned) over (
        partition by terms.person_key
        order by terms.reporting_program_year, terms.term_digit, terms.program_year
        rows between unbounded preceding and current row
    ) as credits_standing
from terms
inner join first_reports on terms.person_key = first_reports.person_key
