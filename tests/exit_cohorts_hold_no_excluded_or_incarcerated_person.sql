{{ config(meta={'rules': ['R13', 'R14', 'R40', 'T5-XI', 'T10-EXIT']}) }}

-- Excluded persons and those incarcerated at exit are out of every exit-based cohort (Table 5 cohorts; R13, R14, R40).
-- Returns a period in a cell whose student-level file says excluded, or whose stay's last term, looked up anew in the
-- records, has a correctional status of an agency with NRS rows there.
with members as (
    select distinct
        members.program_year,
        person_scopes.scope,
        person_scopes.scope_id,
        members.person_key,
        person_scopes.fleid,
        members.block as indicator,
        members.pop_program_year,
        members.pop_number
    from (
        select distinct
            program_year,
            person_key,
            block,
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
    ) as members
    inner join {{ ref('int_person_scopes') }} as person_scopes on members.person_key = person_scopes.person_key
),

excluded_members as (
    select
        members.*,
        'excluded' as fault
    from members
    inner join {{ ref('pop_student_file') }} as student_file
        on
            members.pop_program_year = student_file.program_year
            and members.scope = student_file.scope
            and members.scope_id = student_file.scope_id
            and members.fleid = student_file.person_id
            and members.pop_number = student_file.pop_number
    where student_file.is_outcomes_excluded
),

-- The term that ends on the final exit; of several the latest.
last_terms as (
    select
        members.program_year,
        members.scope,
        members.scope_id,
        members.person_key,
        members.fleid,
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
        members.program_year, members.scope, members.scope_id, members.person_key, members.fleid, members.indicator,
        members.pop_program_year, members.pop_number
),

incarcerated_members as (
    select distinct
        last_terms.program_year,
        last_terms.scope,
        last_terms.scope_id,
        last_terms.person_key,
        last_terms.fleid,
        last_terms.indicator,
        last_terms.pop_program_year,
        last_terms.pop_number,
        'incarcerated at exit' as fault
    from last_terms
    inner join {{ ref('int_nrs_enrollments') }} as enrollments
        on
            last_terms.person_key = enrollments.person_key
            and last_terms.last_term = concat(enrollments.reporting_year, enrollments.term_digit)
    inner join {{ ref('int_person_agencies') }} as person_agencies
        on
            enrollments.person_key = person_agencies.person_key
            and enrollments.agency_id = person_agencies.agency_id
            and enrollments.reporting_program_year = person_agencies.program_year
    inner join {{ records('demographics') }} as records
        on
            enrollments.fleid = records.fleid
            and enrollments.agency_id = records.agency_id
            and concat(last_terms.last_term, 'E') = concat(records.reporting_year, records.term_id)
    inner join {{ ref('rule_codes') }} as rules
        on
            rules.rule_list = 'correctional_status'
            and records.incarceration_status = rules.code
            and {{ in_force('rules', 'last_terms.pop_program_year') }}
)

select * from excluded_members
union all
select * from incarcerated_members
