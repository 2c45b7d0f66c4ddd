with enrollments as (
    select * from {{ ref('int_pop_enrollments') }}
),

post_tests as (
    select * from {{ ref('int_test_instances') }}
    where test_role = 'post' and efl_row_code is not null
),

program_years as (
    select * from {{ ref('int_program_years') }}
),

-- As for the gain (R20, R63).
dated_post_tests as (
    {{ dated_post_tests() }}
),

ranked_post_tests as (
    select
        *,
        row_number() over (
            partition by person_key, program_year, pop_number
            order by tested_on desc, level_order desc, test_source_file asc, test_record_number asc
        ) as recency
    from dated_post_tests
)

-- Suggested File Flags, Educational Functioning Level (ending): of the period's latest post-test.
select
    person_key,
    program_year,
    pop_number,
    efl_row_code as ending_efl
from ranked_post_tests
where recency = 1
