with enrollments as (
    select * from {{ ref('int_pop_enrollments') }}
),

test_instances as (
    select * from {{ ref('int_test_instances') }}
),

gains as (
    select * from {{ ref('int_gains_1a') }}
),

periods as (
    select * from {{ ref('int_participant_periods') }}
),

person_scopes as (
    select * from {{ ref('int_person_scopes') }}
)

select
    enrollments.program_year,
    person_scopes.scope,
    person_scopes.scope_id,
    enrollments.fleid as person_id,
    enrollments.agency_id,
    enrollments.student_id,
    enrollments.pop_number,
    enrollments.program,
    enrollments.course_id,
    enrollments.section_id,
    enrollments.source_file,
    enrollments.record_number,
    test_instances.test_role,
    test_instances.position,
    test_instances.test_id,
    test_instances.subject,
    test_instances.efl_code,
    test_instances.efl_row_code as efl,
    test_instances.test_date,
    test_instances.test_source_file,
    test_instances.test_record_number,
    gains.earned_on is not null as is_msg_1a,
    gains.earned_on as msg_1a_date
from enrollments
inner join test_instances
    on
        enrollments.source_file = test_instances.source_file
        and enrollments.record_number = test_instances.record_number
inner join periods
    on
        enrollments.person_key = periods.person_key
        and enrollments.program_year = periods.program_year
        and enrollments.pop_number = periods.pop_number
inner join person_scopes on enrollments.person_key = person_scopes.person_key
left join gains
    on
        case when test_instances.test_role = 'post' then enrollments.person_key end = gains.person_key
        and enrollments.program_year = gains.program_year
        and enrollments.pop_number = gains.pop_number
        and test_instances.subject = gains.subject
        and test_instances.test_source_file = gains.test_source_file
        and test_instances.test_record_number = gains.test_record_number
        and enrollments.source_file = gains.source_file
        and enrollments.record_number = gains.record_number
