{#- Each post-test of a period of participation once, with the date on which it counts; reads the CTEs `enrollments`, `post_tests`
    and `program_years`. A post-test without a date counts on its row's exit date, then on June 30; one on several rows, of
    whatever period or year, on the earliest (R63), of rows that are alike but for their term on the earlier term's (decision 0007). -#}
{% macro dated_post_tests() -%}
    select
        enrollments.person_key,
        enrollments.program_year,
        enrollments.pop_number,
        post_tests.subject,
        post_tests.ladder,
        post_tests.pairing,
        post_tests.level_order,
        post_tests.efl_row_code,
        post_tests.test_id,
        post_tests.efl_code,
        post_tests.test_source_file,
        post_tests.test_record_number,
        post_tests.source_file,
        post_tests.record_number,
        post_tests.entry_date,
        coalesce(post_tests.test_date, post_tests.exit_date, program_years.ends_on) as tested_on,
        program_years.ends_on
    from enrollments
    inner join post_tests
        on
            enrollments.source_file = post_tests.source_file
            and enrollments.record_number = post_tests.record_number
    inner join program_years on enrollments.program_year = program_years.program_year
    qualify
        row_number() over (
            partition by
                enrollments.person_key, post_tests.subject, post_tests.test_source_file, post_tests.test_record_number
            order by
                post_tests.entry_date, post_tests.agency_id, post_tests.course_id, post_tests.section_id,
                post_tests.student_id, enrollments.reporting_program_year, enrollments.term_digit, post_tests.source_file,
                post_tests.record_number
        ) = 1
{%- endmacro %}
