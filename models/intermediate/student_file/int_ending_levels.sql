with post_tests as (
    select
        enrollments.person_key,
        enrollments.program_year,
        enrollments.pop_number,
        test_instances.efl_row_code,
        row_number() over (
            partition by enrollments.person_key, enrollments.program_year, enrollments.pop_number
            order by
                coalesce(test_instances.test_date, test_instances.exit_date, program_years.ends_on) desc,
                test_instances.level_order desc, test_instances.test_source_file asc, test_instances.test_record_number asc
        ) as recency
    from {{ ref('int_pop_enrollments') }} as enrollments
    inner join {{ ref('int_program_years') }} as program_years on enrollments.program_year = program_years.program_year
    inner join {{ ref('int_test_instances') }} as test_instances
        on
            enrollments.source_file = test_instances.source_file
            and enrollments.record_number = test_instances.record_number
            and test_instances.test_role = 'post'
            and test_instances.efl_row_code is not null
)

-- Suggested File Flags, Educational Functioning Level (ending): of the period's latest post-test, dated as in R20.
select
    person_key,
    program_year,
    pop_number,
    efl_row_code as ending_efl
from post_tests
where recency = 1
