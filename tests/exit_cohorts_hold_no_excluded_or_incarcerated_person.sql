{{ config(meta={'rules': ['R13', 'R14', 'R40', 'T5-XI', 'T10-EXIT']}) }}

-- Excluded persons and those incarcerated at exit are out of every exit-based cohort (Table 5 cohorts; R13, R14, R40).
-- Returns a period in a cell whose student-level file says excluded, or whose stay's last term, looked up anew in the
-- records, has a correctional status of an agency with NRS rows there.
with members as (
    select distinct
        person_key,
        program_year,
        block as indicator,
        pop_program_year,
        pop_number
    from (
        {{ members_of_the_year() }}
    ) as members_of_the_year
    where
        pop_number is not null
        and block in (
            'employment_q2', 'employment_q4', 'secondary_credential', 'postsecondary_credential', 'any_credential'
        )
),

excluded_members as (
    select
        members.*,
        'excluded' as fault
    from members
    inner join {{ ref('int_person_scopes') }} as person_scopes on members.person_key = person_scopes.person_key
    inner join {{ ref('pop_student_file') }} as student_file
        on
            members.pop_program_year = student_file.program_year
            and person_scopes.scope = student_file.scope
            and person_scopes.scope_id = student_file.scope_id
            and person_scopes.fleid = student_file.person_id
            and members.pop_number = student_file.pop_number
    where student_file.is_outcomes_excluded
),

-- The term that ends on the final exit; of several the latest.
last_terms as (
    select
        members.person_key,
        members.program_year,
        members.indicator,
        members.pop_program_year,
        members.pop_number,
        max(concat(enrollments.reporting_year, enrollments.term_digit)) as last_term
    from members
    inner join {{ ref('int_exit_outcomes') }} as outcomes
        on
            members.program_year = outcomes.program_year
            and members.indicator = outcomes.indicator
            and members.person_key = outcomes.person_key
            and members.pop_program_year = outcomes.pop_program_year
            and members.pop_number = outcomes.pop_number
    inner join {{ ref('int_nrs_enrollments') }} as enrollments
        on
            members.person_key = enrollments.person_key
            and outcomes.final_exit_date = enrollments.exit_date
    group by
        members.person_key, members.program_year, members.indicator, members.pop_program_year, members.pop_number
),

correctional_codes as (
    select distinct code
    from {{ ref('rule_codes') }}
    where rule_list = 'correctional_status'
),

incarcerated_terms as (
    select
        enrollments.person_key,
        concat(enrollments.reporting_year, enrollments.term_digit) as term,
        records.incarceration_status
    from {{ records('demographics') }} as records
    inner join correctional_codes on records.incarceration_status = correctional_codes.code
    inner join {{ ref('int_nrs_enrollments') }} as enrollments
        on
            records.fleid = enrollments.fleid
            and records.agency_id = enrollments.agency_id
            and records.reporting_year = enrollments.reporting_year
            and records.term_id = concat(enrollments.term_digit, 'E')
),

incarcerated_members as (
    select distinct
        last_terms.person_key,
        last_terms.program_year,
        last_terms.indicator,
        last_terms.pop_program_year,
        last_terms.pop_number,
        'incarcerated at exit' as fault
    from last_terms
    inner join incarcerated_terms
        on
            last_terms.person_key = incarcerated_terms.person_key
            and last_terms.last_term = incarcerated_terms.term
    inner join {{ ref('rule_codes') }} as rules
        on
            rules.rule_list = 'correctional_status'
            and incarcerated_terms.incarceration_status = rules.code
            and {{ in_force('rules', 'last_terms.pop_program_year') }}
)

select * from excluded_members
union all
select * from incarcerated_members
