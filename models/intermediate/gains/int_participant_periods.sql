with participants as (
    select * from {{ ref('int_persons') }}
    where participation_status = 'participant'
),

periods as (
    select * from {{ ref('int_periods_of_participation') }}
),

gains as (
    select * from {{ ref('int_pop_gains') }}
),

-- Ids count for being pre- and post-tested whatever they are, on any row of a period (R35, R63).
tested_periods as (
    select
        enrollments.person_key,
        enrollments.program_year,
        enrollments.pop_number,
        bool_or(test_instances.test_role = 'pre') as has_pre_test,
        bool_or(test_instances.test_role = 'post') as has_post_test
    from {{ ref('int_pop_enrollments') }} as enrollments
    inner join {{ ref('int_test_instances') }} as test_instances
        on
            enrollments.source_file = test_instances.source_file
            and enrollments.record_number = test_instances.record_number
    group by enrollments.person_key, enrollments.program_year, enrollments.pop_number
)

-- Table 1's persons only (Student Level File 1); the entering level is one for all periods of the year (R10).
select
    periods.person_key,
    periods.program_year,
    periods.pop_number,
    participants.fleid,
    participants.agency_id,
    participants.student_id,
    participants.entering_efl,
    periods.entry_date,
    periods.exit_date,
    periods.is_exited,
    periods.instructional_hours,
    periods.is_iet,
    periods.is_iet_without_credential,
    periods.is_distance,
    periods.is_correctional,
    periods.is_outcomes_excluded,
    coalesce(tested_periods.has_pre_test, false) as has_pre_test,
    coalesce(tested_periods.has_post_test, false) as has_post_test,
    gains.reported_msg,
    gains.reported_msg_date,
    {%- for kind in ['1a', '1b', '1c', '1d', '2', '3', '4', '5'] %}
    gains.msg_{{ kind }}_date,
    {%- endfor %}
    periods.pop_number = participants.periods_of_participation as is_last_period,
    sum(periods.instructional_hours) over (partition by periods.person_key, periods.program_year) as year_hours
from periods
inner join participants
    on
        periods.person_key = participants.person_key
        and periods.program_year = participants.program_year
left join gains
    on
        periods.person_key = gains.person_key
        and periods.program_year = gains.program_year
        and periods.pop_number = gains.pop_number
left join tested_periods
    on
        periods.person_key = tested_periods.person_key
        and periods.program_year = tested_periods.program_year
        and periods.pop_number = tested_periods.pop_number
